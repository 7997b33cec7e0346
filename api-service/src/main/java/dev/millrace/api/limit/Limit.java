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
        REQUESTS("requests", "requests", "requests per min (RPM)"),
        TOKENS("tokens", "tokens", "tokens per min (TPM)"),
        JOBS("jobs", "requests", "jobs per min");

        private final String word;
        private final String type;
        private final String words;

        What(String word, String type, String words) {
            this.word = word;
            this.type = type;
            this.words = words;
        }

        /// The names of headers end with it.
        String word() {
            return word;
        }

        /// Of the error, of which OpenAI has these two.
        String type() {
            return type;
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

    static Optional<Limit> jobs(Caller caller) {
        return of(caller.project(), What.JOBS, caller.limits().jobsPerMinute());
    }

    /// Those of interactive calls.
    static List<Limit> ofCalls(Caller caller) {
        return Stream.of(requests(caller), tokens(caller))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<Limit> of(UUID project, What what, OptionalLong perMinute) {
        return perMinute.isPresent()
                ? Optional.of(new Limit(what, "project:" + project + ":" + what.word(), perMinute.getAsLong()))
                : Optional.empty();
    }
}
