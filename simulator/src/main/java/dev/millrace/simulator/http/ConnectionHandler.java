package dev.millrace.simulator.http;

import java.io.IOException;

/// Answers one request.
@FunctionalInterface
public interface ConnectionHandler {

    /// Reads the body if it wants it, and answers.
    ///
    /// @return whether the connection can take another request
    /// @throws IOException if the client is gone or sent no proper body
    boolean handle(Connection connection, RequestHead head) throws IOException;
}
