package dev.millrace.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.provider.Failure.Scope;
import java.time.Duration;

/// Short ways to say what an outcome must be.
final class Outcomes {

    private Outcomes() {}

    static <T extends ProviderOutcome> T is(Class<T> kind, ProviderOutcome outcome) {
        assertThat(outcome).isInstanceOf(kind);
        assertThat(outcome.toString()).as("what is kept of it").doesNotContain("canary");
        return kind.cast(outcome);
    }

    static Failure retryable(ProviderOutcome outcome, Scope scope, String kind) {
        return about(is(ProviderOutcome.Retryable.class, outcome).failure(), scope, kind);
    }

    static Failure indeterminate(ProviderOutcome outcome, String kind) {
        return about(is(ProviderOutcome.Indeterminate.class, outcome).failure(), Scope.PROVIDER, kind);
    }

    static Failure terminal(ProviderOutcome outcome, String kind) {
        return about(is(ProviderOutcome.Terminal.class, outcome).failure(), Scope.REQUEST, kind);
    }

    static Duration rateLimited(ProviderOutcome outcome) {
        var limited = is(ProviderOutcome.RateLimited.class, outcome);
        about(limited.failure(), Scope.KEY, "rate_limited");
        return limited.retryAfter().orElse(Duration.ofDays(-1));
    }

    private static Failure about(Failure failure, Scope scope, String kind) {
        assertThat(failure.scope()).as(failure.toString()).isEqualTo(scope);
        assertThat(failure.kind()).as(failure.toString()).isEqualTo(kind);
        assertThat(failure.message()).isNotBlank();
        return failure;
    }

    static void unanswered(Failure failure) {
        assertThat(failure.httpStatus()).isEmpty();
        assertThat(failure.requestId()).isEmpty();
    }
}
