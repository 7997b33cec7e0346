package dev.millrace.benchmarks.wire;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/// The answers of one connection, one after the other: bytes are taken in as they come, and once an answer is whole its
/// parts can be read until [#next()].
public interface Answers {

    /// Takes in what the channel has.
    ///
    /// @return false if the peer has closed the connection
    boolean fill(ReadableByteChannel channel) throws IOException;

    /// Whether a whole answer is there.
    ///
    /// @throws HttpMessages.MalformedException if it can't become one
    boolean isWhole() throws HttpMessages.MalformedException;

    int status() throws HttpMessages.MalformedException;

    /// The value of a header; null if there is none.
    ///
    /// @param name in lower case
    @Nullable
    String header(String name);

    /// Whether the peer will close the connection after this answer.
    boolean isLast();

    /// What it says, as far as it is kept: for an error that is shown.
    String body();

    /// Goes on to the next answer.
    void next();

    /// Forgets everything, for a new connection.
    void reset();
}
