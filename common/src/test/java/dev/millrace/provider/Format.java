package dev.millrace.provider;

import dev.millrace.http.OutboundHttp;
import dev.millrace.simulator.SimulatorServer;
import java.net.URI;
import java.util.Optional;

/// What the contract must know of a wire format to hold its adapter to it.
public interface Format {

    ChatAdapter chat(OutboundHttp http);

    /// Empty for a format without renders.
    Optional<VideoAdapter> video(OutboundHttp http, OutboundHttp foreignHttp);

    /// Where the simulator speaks this format for a provider.
    URI baseUrl(SimulatorServer simulator, String provider);

    /// Whether the real wire format has a list of renders to look a lost create up in.
    boolean hasList();

    /// Its own word for an answer that ends at a filter.
    default String filtered() {
        return "content_filter";
    }

    /// Whether its errors have codes beside their status.
    default boolean hasErrorCodes() {
        return true;
    }

    /// The status with which it reports a fault that OpenAI reports with another.
    default int status(String fault, int openAi) {
        return openAi;
    }

    /// Whether each answer has a header with the request's id.
    default boolean namesRequests() {
        return true;
    }
}
