package dev.millrace.provider;

import dev.millrace.http.Reply;
import java.util.function.Function;

/// What a call comes to that brought no answer.
public final class NoAnswer {

    private NoAnswer() {}

    /// A call that may be made again, whether or not it arrived.
    public static ProviderOutcome toRepeatable(Reply.Unanswered reply) {
        return outcome(reply, ProviderOutcome.Retryable::new);
    }

    /// A create that is paid for: once it may have arrived, nobody knows what came of it.
    public static ProviderOutcome toPaid(Reply.Unanswered reply) {
        return outcome(reply, ProviderOutcome.Indeterminate::new);
    }

    private static ProviderOutcome outcome(Reply.Unanswered reply, Function<Failure, ProviderOutcome> whenLost) {
        return switch (reply) {
            case Reply.NotSent(var reason) -> new ProviderOutcome.Retryable(Failure.unanswered("unreachable", reason));
            case Reply.Lost(var reason, var timeout) ->
                whenLost.apply(Failure.unanswered(timeout ? "timeout" : "connection_lost", reason));
            case Reply.Withheld() -> new ProviderOutcome.Withheld();
        };
    }
}
