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

    /// Whether answers carry a request id that the provider's ledger knows.
    default boolean namesRequests() {
        return true;
    }

    /// The word of this format for an answer that ended at a filter.
    default String filtered() {
        return "content_filter";
    }

    /// The status with which this format speaks of a fault of the simulator's.
    ///
    /// @param usual the status in the OpenAI format
    default int status(String fault, int usual) {
        return usual;
    }
}
