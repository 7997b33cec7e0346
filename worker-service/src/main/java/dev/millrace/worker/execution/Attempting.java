package dev.millrace.worker.execution;

import dev.millrace.job.AttemptNotes;
import dev.millrace.job.AttemptReport;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.ClaimedJob;
import dev.millrace.job.Ending;
import dev.millrace.job.Requeue;
import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Usage;
import dev.millrace.routing.Deployment;
import dev.millrace.routing.ModelRoute;
import dev.millrace.routing.Router;
import dev.millrace.settings.RetrySettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/// Decides what follows an attempt, and is the only one who does: the next deployment at once, the queue for later,
/// or the end. One of these belongs to one run of one job.
final class Attempting {

    private static final Duration SHORTEST_SNOOZE = Duration.ofMillis(100);
    private static final Duration LONGEST_SNOOZE = Duration.ofSeconds(30);

    /// What the collaborators are for all runs.
    record Tools(
            Router router,
            Settler settler,
            RetrySettings retry,
            Clock clock,
            RandomGenerator random,
            MeterRegistry meters) {}

    private final Tools tools;
    private final ClaimedJob job;
    private final ModelRoute route;
    private final Set<Deployment> tried = new HashSet<>();
    private int attempts;
    private @Nullable AttemptReport lastFailed;

    Attempting(Tools tools, ClaimedJob job, ModelRoute route) {
        this.tools = tools;
        this.job = job;
        this.route = route;
        this.attempts = job.attempts();
    }

    /// The way of the next attempt; empty if the job has been settled or put back instead.
    Optional<Router.Choice.Use> next() {
        return switch (tools.router().choose(route, tried)) {
            case Router.Choice.Use use -> Optional.of(use);
            case Router.Choice.Resting(var until) -> {
                later(Duration.between(tools.clock().instant(), until));
                yield Optional.empty();
            }
            case Router.Choice.Exhausted exhausted -> {
                later(Duration.ZERO);
                yield Optional.empty();
            }
        };
    }

    AttemptReport begin(Router.Choice.Use way) {
        attempts++;
        MDC.put("attempt", Integer.toString(attempts));
        return Reports.started(attempts, way, tools.clock().instant());
    }

    /// The attempt failed and was not done: remembers it, and tells whether another may follow in this run.
    boolean mayFollow(Router.Choice.Use way, AttemptReport started, ProviderOutcome outcome) {
        var failure = failure(outcome);
        var failed = Reports.failed(started, AttemptStatus.FAILED, failure);
        count(failed);
        switch (outcome) {
            case ProviderOutcome.RateLimited limited ->
                tools.router().rateLimited(way, failure, limited.retryAfter());
            default -> tools.router().failed(way, failure);
        }
        if (failure.scope() != Failure.Scope.KEY) {
            tried.add(way.deployment());
        }
        if (attempts >= tools.retry().mostAttempts()) {
            end(failed);
            return false;
        }
        lastFailed = failed;
        if (tools.router().ready(route, tried)) {
            // On record before the next begins.
            if (!tools.settler().note(new AttemptNotes.Note(job.lease(), failed))) {
                tools.settler().end(Ending.cancelled(job.id(), job.lease().epoch(), Optional.empty()));
                return false;
            }
            lastFailed = null;
        }
        return true;
    }

    /// The deployment can't take the request, and was not asked. Only where no other can is that the job's end.
    boolean mayFollowUnfit(Router.Choice.Use way, AttemptReport started, ProviderOutcome.Unfit unfit) {
        tools.router().released(way);
        tried.add(way.deployment());
        var failure = new Failure(
                Failure.Scope.REQUEST,
                "unsupported_parameter",
                "unsupported_parameter",
                unfit.message(),
                Optional.of(unfit.param()),
                Optional.empty(),
                Optional.empty());
        var failed = Reports.failed(started, AttemptStatus.FAILED, failure);
        if (tools.router().exhausted(route, tried) && lastFailed == null) {
            count(failed);
            end(failed);
            return false;
        }
        attempts--;
        return true;
    }

    private static Failure failure(ProviderOutcome outcome) {
        return switch (outcome) {
            case ProviderOutcome.RateLimited limited -> limited.failure();
            case ProviderOutcome.Retryable retryable -> retryable.failure();
            case ProviderOutcome.Terminal terminal -> terminal.failure();
            case ProviderOutcome.Indeterminate indeterminate -> indeterminate.failure();
            case ProviderOutcome.Succeeded succeeded -> throw new IllegalArgumentException("It did not fail");
            case ProviderOutcome.Accepted accepted -> throw new IllegalArgumentException("It did not fail");
            case ProviderOutcome.Unfit unfit -> throw new IllegalArgumentException("It was not tried");
            case ProviderOutcome.Withheld withheld -> throw new IllegalArgumentException("It was not tried");
        };
    }

    void succeeded(Router.Choice.Use way, AttemptReport started, ProviderOutcome.Answer answer) {
        tools.router()
                .succeeded(
                        way,
                        answer.usage().map(Usage::total).orElse(0L),
                        Duration.between(started.startedAt(), tools.clock().instant()));
        var report = Reports.succeeded(started, answer);
        count(report);
        tools.settler()
                .end(Ending.succeeded(
                        job.id(), job.lease().epoch(), answer.usage().map(Usage::json).orElse(null), answer.body(), Optional.of(report)));
    }

    void refused(AttemptReport started, Failure failure) {
        var failed = Reports.failed(started, AttemptStatus.FAILED, failure);
        count(failed);
        end(failed);
    }

    void cancelled(Optional<AttemptReport> attempt) {
        attempt.ifPresent(this::count);
        tools.settler().end(Ending.cancelled(job.id(), job.lease().epoch(), attempt));
    }

    void failWithoutAttempt(String code, String message) {
        tools.settler().end(Ending.failed(job.id(), job.lease().epoch(), code, message, Optional.empty()));
    }

    private void end(AttemptReport failed) {
        tools.settler()
                .end(Ending.failed(
                        job.id(),
                        job.lease().epoch(),
                        failed.errorCode() == null ? String.valueOf(failed.outcome()) : failed.errorCode(),
                        failed.errorMessage() == null ? "The attempt failed." : failed.errorMessage(),
                        Optional.of(failed)));
    }

    /// Back to the queue. With an attempt that failed, by backoff; without one, because all rest, as soon as the
    /// first is back, and at no cost.
    private void later(Duration untilBack) {
        var failed = lastFailed;
        boolean spent = attempts > job.attempts();
        var wait = spent ? tools.retry().backoff().after(attempts, tools.random()) : SHORTEST_SNOOZE;
        var delay = wait.compareTo(untilBack) > 0 ? wait : untilBack;
        if (!spent && delay.compareTo(LONGEST_SNOOZE) > 0) {
            delay = LONGEST_SNOOZE;
        }
        tools.settler()
                .requeue(new Requeue(
                        job.id(),
                        job.lease().epoch(),
                        delay,
                        spent ? "retry" : "no_capacity",
                        Optional.ofNullable(failed)));
    }

    private void count(AttemptReport report) {
        tools.meters()
                .counter(
                        "millrace.attempts",
                        "kind",
                        job.kind().word(),
                        "provider",
                        String.valueOf(report.provider()),
                        "outcome",
                        String.valueOf(report.outcome()))
                .increment();
    }
}
