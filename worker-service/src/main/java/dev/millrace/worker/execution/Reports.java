package dev.millrace.worker.execution;

import dev.millrace.job.AttemptReport;
import dev.millrace.job.AttemptStatus;
import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Usage;
import java.time.Instant;
import java.util.Optional;

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
        return new AttemptReport(
                        started.number(),
                        AttemptStatus.SUCCEEDED,
                        started.provider(),
                        started.model(),
                        started.keyRef(),
                        started.startedAt(),
                        "succeeded",
                        null,
                        null,
                        answer.httpStatus(),
                        answer.requestId().orElse(null),
                        answer.usage().map(Usage::prompt).orElse(null),
                        answer.usage().map(Usage::completion).orElse(null),
                        answer.usage().map(Usage::cached).orElse(null))
                .caching(answer.usage().map(Usage::written).orElse(0L))
                .dropping(answer.dropped());
    }

    static AttemptReport failed(AttemptReport started, AttemptStatus status, Failure failure) {
        return new AttemptReport(
                        started.number(),
                        status,
                        started.provider(),
                        started.model(),
                        started.keyRef(),
                        started.startedAt(),
                        failure.kind(),
                        failure.code(),
                        failure.message(),
                        failure.httpStatus().orElse(null),
                        failure.requestId().orElse(null),
                        null,
                        null,
                        null)
                .dropping(started.dropped());
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
        return new AttemptReport(
                        started.number(),
                        status,
                        started.provider(),
                        started.model(),
                        started.keyRef(),
                        started.startedAt(),
                        outcome,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null)
                .dropping(started.dropped());
    }
}
