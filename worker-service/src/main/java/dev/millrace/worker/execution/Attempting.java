package dev.millrace.worker.execution;

import dev.millrace.backoff.Backoff;
import dev.millrace.job.AttemptNotes;
import dev.millrace.job.AttemptReport;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.ClaimedJob;
import dev.millrace.job.Ending;
import dev.millrace.job.Requeue;
import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Usage;
import dev.millrace.routing.Called;
import dev.millrace.routing.Deployment;
import dev.millrace.routing.ModelRoute;
import dev.millrace.routing.Need;
import dev.millrace.routing.RetryBudget;
import dev.millrace.routing.Router;
import dev.millrace.settings.RetrySettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/// Decides what follows an attempt, and is the only one who does: the next deployment at once, the queue for later,
/// or the end. One of these belongs to one run of one job; closing it gives back the place that the run still has.
final class Attempting implements AutoCloseable {

    private static final Backoff SNOOZES = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(30));
    private static final Duration LONGEST_ASKED = Duration.ofMinutes(1);
    private static final String NO_SUCH_MODEL = "model_not_found";

    /// What the collaborators are for all runs.
    record Tools(
            Ways ways,
            RetryBudget retries,
            Settler settler,
            RetrySettings retry,
            Clock clock,
            RandomGenerator random,
            MeterRegistry meters) {}

    private final Tools tools;
    private final ClaimedJob job;
    private final ModelRoute route;
    private final Need need;
    private final Set<Deployment> tried = new HashSet<>();
    private final Set<Deployment> unable = new HashSet<>();
    private final Set<Called> called = new HashSet<>();
    private final Set<Called> lacking = new HashSet<>();
    private final Losses losses = new Losses();
    private int attempts;
    private @Nullable Way way;
    private @Nullable AttemptReport lastFailed;
    private @Nullable Deployment failedAt;
    private boolean lastOnRecord;

    Attempting(Tools tools, ClaimedJob job, ModelRoute route) {
        this.tools = tools;
        this.job = job;
        this.route = route;
        this.need = Needs.of(job, route);
        this.attempts = job.attempts();
        passByTooSmall();
    }

    /// What an earlier run found too small is not asked again, as long as there is a larger one.
    private void passByTooSmall() {
        var small = new HashSet<Deployment>();
        for (var failure : job.failures()) {
            if (failure.outcome().equals(Losses.CONTEXT_TOO_LONG)) {
                route.tiers().stream()
                        .flatMap(List::stream)
                        .filter(deployment -> deployment.name().equals(failure.deployment()))
                        .forEach(deployment -> small.addAll(tools.ways().tooSmall(route, deployment)));
            }
        }
        if (!small.isEmpty() && !tools.ways().exhausted(route, small)) {
            mayNotTake(small);
        }
    }

    /// These could not take the request later either.
    private void mayNotTake(Set<Deployment> some) {
        tried.addAll(some);
        unable.addAll(some);
    }

    /// The way of the next attempt; empty if the job has been settled or put back instead.
    Optional<Way> next() {
        return switch (choose()) {
            case Router.Choice.Use use -> {
                var chosen = tools.ways().take(use);
                way = chosen;
                // On record before the next begins.
                yield noted() ? Optional.of(chosen) : Optional.empty();
            }
            case Router.Choice.Resting(var _, var why) -> {
                if (losses.areFinal(why)) {
                    endWithWorst();
                } else {
                    later();
                }
                yield Optional.empty();
            }
            case Router.Choice.Exhausted exhausted -> {
                if (losses.areFinal()) {
                    endWithWorst();
                } else if (lastFailed == null && tried.isEmpty()) {
                    // Not even one rests: all have been shut down.
                    fail(NO_SUCH_MODEL, "The model " + route.model() + " is served by nobody any more.", notOnRecord());
                } else {
                    later();
                }
                yield Optional.empty();
            }
        };
    }

    /// The router's choice, but never the same key at the same deployment twice in one run, and no retry where there
    /// have been too many already: what may not follow now waits in the queue for as long as the backoff says.
    private Router.Choice choose() {
        while (true) {
            var choice = tools.ways().choose(job.kind(), route, tried, lacking, need);
            if (!(choice instanceof Router.Choice.Use use)) {
                return choice;
            }
            if (called.add(new Called(use.deployment(), use.key().ref()))) {
                if (mayFollowAt(use.deployment())) {
                    return use;
                }
                if (!use.deployment().unrouted()) {
                    losses.putOff();
                }
            }
            tools.ways().decline(use);
            tried.add(use.deployment());
        }
    }

    /// A job that comes back from the queue to a deployment that has failed it is a retry there, like one that
    /// follows at once. One that was only taken back from a lost worker is none.
    private boolean mayFollowAt(Deployment deployment) {
        if (failedAt != null) {
            return tools.retries().mayRetry(failedAt, deployment);
        }
        boolean first = job.failures().stream()
                .noneMatch(failure -> failure.deployment().equals(deployment.name()));
        return first || tools.retries().mayRetry(deployment);
    }

    private boolean noted() {
        var failed = lastFailed;
        if (failed == null || lastOnRecord) {
            return true;
        }
        lastOnRecord = true;
        return mayGoOn(failed);
    }

    private boolean mayGoOn(AttemptReport failed) {
        if (tools.settler().note(new AttemptNotes.Note(job.lease(), failed))) {
            return true;
        }
        tools.settler().end(Ending.cancelled(job.id(), job.lease().epoch(), Optional.empty()));
        return false;
    }

    AttemptReport begin(Way way) {
        attempts++;
        MDC.put("attempt", Integer.toString(attempts));
        return Reports.started(attempts, way, tools.clock().instant());
    }

    /// The attempt failed and was not done: remembers it, and tells whether another may follow.
    boolean mayFollow(Way way, AttemptReport started, ProviderOutcome outcome, Failure failure) {
        way.failed(outcome, failure);
        failedAt = way.deployment();
        boolean ofTheKey = failure.scope() == Failure.Scope.KEY || failure.scope() == Failure.Scope.MODEL;
        if (!ofTheKey) {
            tried.add(way.deployment());
        } else if (failure.noSuchModel()) {
            lacking.add(new Called(way.deployment(), way.key().ref()));
        }
        losses.asked(outcome);
        return remember(started, failure);
    }

    /// The request itself was refused, which is the job's end; but what is too long for one deployment may go to
    /// those that are configured to take more.
    boolean mayMove(Way way, AttemptReport started, Failure failure) {
        way.released();
        if (!failure.kind().equals(Losses.CONTEXT_TOO_LONG)) {
            refused(started, failure);
            return false;
        }
        failedAt = way.deployment();
        mayNotTake(tools.ways().tooSmall(route, way.deployment()));
        return remember(started, failure);
    }

    private boolean remember(AttemptReport started, Failure failure) {
        var failed = Reports.failed(started, AttemptStatus.FAILED, failure);
        count(failed);
        lastFailed = failed;
        lastOnRecord = false;
        losses.failed(failed, failure);
        if (attempts >= tools.retry().mostAttempts()) {
            endWithWorst();
            return false;
        }
        return true;
    }

    /// The deployment has nothing for a part of the request, and was not asked: it was no attempt.
    void unfit(Way way, AttemptReport started, ProviderOutcome.Unfit refusal) {
        attempts--;
        passOver(way, started, refusal);
    }

    /// The same for a create, whose intent is on record by then, and so keeps its number.
    ///
    /// @return whether another may follow
    boolean mayFollowUnfit(Way way, AttemptReport intent, ProviderOutcome.Unfit refusal) {
        return mayGoOn(passOver(way, intent, refusal));
    }

    private AttemptReport passOver(Way way, AttemptReport started, ProviderOutcome.Unfit refusal) {
        way.declined();
        mayNotTake(Set.of(way.deployment()));
        var report = Reports.unfit(started, refusal);
        losses.unfit(report);
        return report;
    }

    void succeeded(Way way, AttemptReport started, ProviderOutcome.Answer answer) {
        way.succeeded(answer.usage().map(Usage::total).orElse(0L), since(started));
        var report = Reports.succeeded(started, answer);
        count(report);
        tools.settler()
                .end(Ending.succeeded(
                        job.id(),
                        job.lease().epoch(),
                        answer.usage().map(Usage::json).orElse(null),
                        answer.body(),
                        Optional.of(report)));
    }

    /// How long an attempt has lasted.
    Duration since(AttemptReport started) {
        return Duration.between(started.startedAt(), tools.clock().instant());
    }

    void refused(AttemptReport started, Failure failure) {
        var failed = Reports.failed(started, AttemptStatus.FAILED, failure);
        count(failed);
        end(failed, Optional.of(failed));
    }

    /// @param attempt the one under way; without one, the failed one goes on record that is not yet
    void cancelled(Optional<AttemptReport> attempt) {
        attempt.ifPresent(this::count);
        tools.settler()
                .end(Ending.cancelled(job.id(), job.lease().epoch(), attempt.isPresent() ? attempt : notOnRecord()));
    }

    /// Nothing was sent, since the lease was not good for it: the job goes back to the queue. If it was taken back
    /// meanwhile, this changes nothing, and its intent is looked up.
    void withheld(AttemptReport attempt) {
        tools.settler()
                .requeue(new Requeue(job.id(), job.lease().epoch(), Duration.ZERO, "retry", Optional.of(attempt)));
    }

    private Optional<AttemptReport> notOnRecord() {
        return lastOnRecord ? Optional.empty() : Optional.ofNullable(lastFailed);
    }

    private void endWithWorst() {
        var worst = losses.worst();
        if (worst.isEmpty()) {
            fail(NO_SUCH_MODEL, "No provider has the model " + route.model() + ".", notOnRecord());
        } else {
            end(worst.get(), notOnRecord());
        }
    }

    private void end(AttemptReport failed, Optional<AttemptReport> toRecord) {
        var code = losses.isNoSuchModel(failed) ? NO_SUCH_MODEL : failed.errorCode();
        fail(
                code == null ? String.valueOf(failed.outcome()) : code,
                failed.errorMessage() == null ? "The attempt failed." : failed.errorMessage(),
                toRecord);
    }

    private void fail(String code, String message, Optional<AttemptReport> toRecord) {
        tools.settler().end(Ending.failed(job.id(), job.lease().epoch(), code, message, toRecord));
    }

    /// Back to the queue, until the first deployment is back that may take the job then. With an attempt that failed,
    /// by backoff; without one a little longer, and at no cost.
    private void later() {
        boolean spent = attempts > job.attempts();
        // A job that finds no room comes back ever less often, or those that wait would take the workers from all
        // others.
        var wait = spent
                ? tools.retry().backoff().after(attempts, tools.random())
                : SNOOZES.after(Math.clamp(job.lease().epoch(), 1, 20), tools.random());
        var untilBack = Duration.between(tools.clock().instant(), tools.ways().firstBack(route, unable, need));
        var asked = losses.askedWait(LONGEST_ASKED);
        var least = untilBack.compareTo(asked) < 0 ? asked : untilBack;
        // Those that wait for the same deployment do not come all at once.
        var delay = !spent ? least.plus(wait) : wait.compareTo(least) > 0 ? wait : least;
        tools.settler()
                .requeue(new Requeue(
                        job.id(), job.lease().epoch(), delay, spent ? "retry" : "no_capacity", notOnRecord()));
    }

    /// Whatever ended the run, its place is not kept.
    @Override
    public void close() {
        var last = way;
        if (last != null) {
            last.released();
        }
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
