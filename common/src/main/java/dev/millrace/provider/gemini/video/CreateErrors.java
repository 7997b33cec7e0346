package dev.millrace.provider.gemini.video;

import dev.millrace.http.Reply;
import dev.millrace.provider.ErrorWords;
import dev.millrace.provider.Failure;
import dev.millrace.provider.Failure.Scope;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.gemini.GoogleError;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;

/// What an answer to a paid create that is no success comes to.
final class CreateErrors {

    /// The statuses that say that nothing was made. Of a 5xx Google documents no code that says so: `UNAVAILABLE` may
    /// come after the work has begun.
    static final Set<Integer> KNOWN_REJECTIONS = Set.of(400, 401, 402, 403, 404, 422, 429);

    private CreateErrors() {}

    /// What a known rejection comes to.
    ///
    /// @param mask hides what is secret in the provider's words
    static ProviderOutcome rejection(JsonNode body, Reply.Answered head, String model, UnaryOperator<String> mask) {
        var error = GoogleError.in(body);
        var words = error.message().isEmpty() ? "Status " + head.status() : error.message();
        var message = ErrorWords.message(words, mask);
        var word = error.word().isEmpty() ? error.reason() : error.word().toLowerCase(Locale.ROOT);
        var code = ErrorWords.code(word, mask);
        return error.rejection(
                head.status(),
                model,
                head.retryAfter(),
                (scope, kind) -> failure(scope, kind, scope == Scope.REQUEST ? refused(kind) : code, message, head));
    }

    /// The OpenAI surface has one word for what nobody would accept, and one for what a filter held back.
    private static String refused(String kind) {
        return kind.equals(GoogleError.CONTENT_REFUSED) ? kind : "invalid_request";
    }

    static ProviderOutcome indeterminate(String kind, String message, Reply.Answered head) {
        return new ProviderOutcome.Indeterminate(failure(Scope.PROVIDER, kind, "", message, head));
    }

    private static Failure failure(Scope scope, String kind, String code, String message, Reply.Answered head) {
        return new Failure(
                scope,
                kind,
                code.isEmpty() ? kind : code,
                message,
                Optional.empty(),
                Optional.of(head.status()),
                head.header("x-request-id"));
    }
}
