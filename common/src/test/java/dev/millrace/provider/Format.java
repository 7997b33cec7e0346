package dev.millrace.provider;

import dev.millrace.http.OutboundHttp;
import dev.millrace.simulator.SimulatorServer;
import java.net.URI;

/// What the contract must know of a wire format to hold its adapters to it: how they are made, and what this format
/// does otherwise than OpenAI's.
public interface Format {

    /// Its adapter of chat, if it is tested for chat.
    default ChatAdapter chat(OutboundHttp http) {
        throw new UnsupportedOperationException("This format is not tested for chat");
    }

    /// Its adapter of renders, if it is tested for renders.
    default VideoAdapter video(OutboundHttp http, OutboundHttp foreignHttp) {
        throw new UnsupportedOperationException("This format is not tested for renders");
    }

    /// Where the simulator speaks this format for a provider.
    default URI baseUrl(SimulatorServer simulator, String provider) {
        return URI.create(simulator.providerUrl(provider));
    }

    /// The key that the simulator's provider is called with.
    default ProviderKey key(SimulatorServer simulator, String provider) {
        return Simulated.KEY;
    }

    /// Whether each answer has a header with the request's id.
    default boolean namesRequests() {
        return true;
    }

    /// The status with which it reports a fault that OpenAI reports with another.
    default int status(String fault, int openAi) {
        return openAi;
    }

    /// Whether its errors have codes beside their status.
    default boolean hasErrorCodes() {
        return true;
    }

    /// Its own word for an answer that ends at a filter.
    default String filtered() {
        return "content_filter";
    }

    /// Whether it has a list of renders to look a lost create up in.
    default boolean hasList() {
        return false;
    }

    /// How it tells of renders.
    default RenderFormat renders() {
        return RenderFormat.OPENAI;
    }
}
