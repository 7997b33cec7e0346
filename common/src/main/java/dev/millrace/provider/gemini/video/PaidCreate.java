package dev.millrace.provider.gemini.video;

import dev.millrace.http.OutboundCall;
import dev.millrace.http.OutboundHttp;
import dev.millrace.http.Reply;
import dev.millrace.provider.NoAnswer;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Target;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/// Sends a create that is paid for, once. Google has no idempotency key and no list of what was made, so an answer that
/// says neither "made" nor "not made" leaves it open for good.
///
/// @param idField where a good answer has the operation's id
/// @param id what an id may look like that can be asked for
/// @param firstPoll after the answer
record PaidCreate(OutboundHttp http, String idField, Pattern id, Duration firstPoll) {

    private static final int MOST_BYTES = 4 * 1024 * 1024;

    /// @param dropped what was let go
    ProviderOutcome send(
            Target target,
            URI uri,
            Pass.Granted pass,
            JsonNode body,
            List<String> dropped,
            Predicate<List<String>> mayStillStart) {
        var reply = http.send(new OutboundCall(
                        "POST",
                        uri,
                        pass.headers(),
                        Optional.of(
                                new OutboundCall.Body(JsonMapper.shared().writeValueAsBytes(body), "application/json")),
                        target.deadline(),
                        true,
                        () -> mayStillStart.test(dropped),
                        MOST_BYTES)
                .connecting(target.connect()));
        if (reply instanceof Reply.Answered answer && answer.status() == 401) {
            pass.whenRefused().run();
        }
        return switch (reply) {
            case Reply.Answered answer when answer.status() / 100 == 2 -> created(answer, dropped);
            case Reply.Answered answer
            when CreateErrors.KNOWN_REJECTIONS.contains(answer.status()) ->
                CreateErrors.rejection(read(answer.body()), answer, target.model(), pass.mask());
            case Reply.Answered answer ->
                CreateErrors.indeterminate(
                        "provider_error",
                        "Status " + answer.status() + " does not say whether the render was made",
                        answer);
            case Reply.Unanswered unanswered -> NoAnswer.toPaid(unanswered);
        };
    }

    private ProviderOutcome created(Reply.Answered answer, List<String> dropped) {
        var told = read(answer.body()).path(idField);
        if (told.isString() && id.matcher(told.stringValue()).matches()) {
            return new ProviderOutcome.Accepted(
                    told.stringValue(),
                    firstPoll,
                    Optional.of(answer.status()),
                    answer.header("x-request-id"),
                    dropped);
        }
        return CreateErrors.indeterminate("malformed_answer", "The answer to the create can't be read", answer);
    }

    /// Nothing where it is no JSON.
    static JsonNode read(byte[] body) {
        try {
            return JsonMapper.shared().readTree(body);
        } catch (JacksonException noJson) {
            return MissingNode.getInstance();
        }
    }
}
