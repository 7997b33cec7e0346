package dev.millrace.http;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What a call came to on the wire, before anybody judges what it means.
public sealed interface Reply {

    /// A whole answer.
    ///
    /// @param headers finds the first header of a name, whatever its case
    record Answered(int status, Function<String, @Nullable String> headers, byte[] body) implements Reply {
        public Optional<String> header(String name) {
            return Optional.ofNullable(headers.apply(name));
        }

        public Optional<Duration> retryAfter() {
            return RetryAfter.read(this);
        }
    }

    /// No whole answer.
    sealed interface Unanswered extends Reply {}

    /// Not a byte of the request has left: the connection was refused, the name did not resolve, no slot was free.
    record NotSent(String reason) implements Unanswered {}

    /// The last check forbade it; not a byte has left.
    record Withheld() implements Unanswered {}

    /// The request may have arrived, and no whole answer came back.
    record Lost(String reason, boolean timeout) implements Unanswered {}
}
