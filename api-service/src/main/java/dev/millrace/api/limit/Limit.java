package dev.millrace.api.limit;

import dev.millrace.api.security.Caller;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Stream;

/// One limit of a project.
///
/// @param name among the limits that are shared between processes
record Limit(What what, String name, long perMinute) {

    /// What is limited.
    enum What {
        REQUESTS("requests", "requests per min (RPM)"),
        TOKENS("tokens", "tokens per min (TPM)");

        private final String headerName;
        private final String words;

        What(String headerName, String words) {
            this.headerName = headerName;
            this.words = words;
        }

        /// As it ends the names of headers; also the type of the error.
        String headerName() {
            return headerName;
        }

        String words() {
            return words;
        }
    }

    static Optional<Limit> requests(Caller caller) {
        return of(caller.project(), What.REQUESTS, caller.limits().requestsPerMinute());
    }

    static Optional<Limit> tokens(Caller caller) {
        return of(caller.project(), What.TOKENS, caller.limits().tokensPerMinute());
    }

    static List<Limit> of(Caller caller) {
        return Stream.of(requests(caller), tokens(caller))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<Limit> of(UUID project, What what, OptionalLong perMinute) {
        return perMinute.isPresent()
                ? Optional.of(new Limit(what, "project:" + project + ":" + what.headerName(), perMinute.getAsLong()))
                : Optional.empty();
    }
}
