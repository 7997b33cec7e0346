package dev.millrace.worker.execution;

import dev.millrace.job.AttemptReport;
import dev.millrace.job.AttemptStatus;
import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Usage;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Puts what an adapter answered into the words of an attempt's record.
final class Reports {

    private Reports() {}

    static AttemptReport started(int number, Way way, Instant at) {
        return new AttemptReport(
                number,
                AttemptStatus.STARTED,
                way.deployment().provider().name(),
                way.deployment().model(),
                way.key().ref(),
                at,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    static AttemptReport succeeded(AttemptReport started, ProviderOutcome.Answer answer) {
        return cameTo(
                        started,
                        AttemptStatus.SUCCEEDED,
                        "succeeded",
                        null,
                        null,
                        answer.httpStatus(),
                        answer.requestId().orElse(null),
                        answer.usage().orElse(null))
                .dropping(answer.dropped());
    }

    static AttemptReport failed(AttemptReport started, AttemptStatus status, Failure failure) {
        return cameTo(
                started,
                status,
                failure.kind(),
                failure.code(),
                failure.message(),
                failure.httpStatus().orElse(null),
                failure.requestId().orElse(null),
                null);
    }

    /// A target that was passed over, in the words in which its caller hears of it if no other can serve.
    static AttemptReport unfit(AttemptReport started, ProviderOutcome.Unfit refusal) {
        var message = refusal.message();
        return failed(
                started,
                AttemptStatus.FAILED,
                new Failure(
                        Failure.Scope.REQUEST,
                        "unsupported_parameter",
                        "unsupported_parameter",
                        message.contains(refusal.param()) ? message : refusal.param() + ": " + message,
                        Optional.of(refusal.param()),
                        Optional.empty(),
                        Optional.empty()));
    }

    /// A call that we ended ourselves.
    static AttemptReport ended(AttemptReport started, AttemptStatus status, String outcome) {
        return cameTo(started, status, outcome, null, null, null, null, null);
    }

    private static AttemptReport cameTo(
            AttemptReport started,
            AttemptStatus status,
            String outcome,
            @Nullable String code,
            @Nullable String message,
            @Nullable Integer httpStatus,
            @Nullable String requestId,
            @Nullable Usage usage) {
        return new AttemptReport(
                        started.number(),
                        status,
                        started.provider(),
                        started.model(),
                        started.keyRef(),
                        started.startedAt(),
                        outcome,
                        code,
                        message,
                        httpStatus,
                        requestId,
                        usage == null ? null : usage.prompt(),
                        usage == null ? null : usage.completion(),
                        usage == null ? null : usage.cached())
                .caching(usage == null ? 0 : usage.written())
                .dropping(started.dropped());
    }
}
