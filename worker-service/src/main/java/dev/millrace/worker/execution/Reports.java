package dev.millrace.worker.execution;

import dev.millrace.job.AttemptReport;
import dev.millrace.job.AttemptStatus;
import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Usage;
import dev.millrace.routing.Router;
import java.time.Instant;

/// Puts what an adapter answered into the words of an attempt's record.
final class Reports {

    private Reports() {}

    static AttemptReport started(int number, Router.Choice.Use way, Instant at) {
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
                answer.usage().map(Usage::cached).orElse(null));
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
                null);
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
                null);
    }
}
