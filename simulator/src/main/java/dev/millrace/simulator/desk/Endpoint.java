package dev.millrace.simulator.desk;

import dev.millrace.simulator.ledger.Operation;

/// One operation of a wire format, with what its path says already taken in.
public interface Endpoint {

    Operation operation();

    /// Whether the body is itself what proves who is asking: then no key is asked for, and no body is kept.
    default boolean credentialInBody() {
        return false;
    }

    /// Reads the request and checks it; nothing is done yet.
    ///
    /// @throws ApiException if the request is not one that the wire format allows
    Task read(Incoming incoming) throws ApiException;
}
