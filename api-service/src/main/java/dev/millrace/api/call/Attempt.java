package dev.millrace.api.call;

import dev.millrace.ledger.InteractiveAttempt;
import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Usage;
import dev.millrace.routing.Called;
import dev.millrace.routing.Deployment;
import dev.millrace.routing.Router;
import dev.millrace.routing.Router.Choice;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/// One call to one deployment. It holds a place there until it is ended, once, whichever way comes first.
public final class Attempt {

    private final Courses courses;
    private final Asked asked;
    private final Choice.Use use;
    private final int number;
    private final Instant startedAt;
    private final long startedNanos = System.nanoTime();
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile Optional<Duration> firstToken = Optional.empty();
    private volatile List<String> dropped = List.of();

    Attempt(Courses courses, Asked asked, Choice.Use use, int number) {
        this.courses = courses;
        this.asked = asked;
        this.use = use;
        this.number = number;
        this.startedAt = courses.clock().instant();
    }

    public Deployment deployment() {
        return use.deployment();
    }

    Choice.Use use() {
        return use;
    }

    Called called() {
        return new Called(use.deployment(), use.key().ref());
    }

    int number() {
        return number;
    }

    /// Notes that the request leaves without these parameters.
    public void leavesWithout(List<String> parameters) {
        dropped = List.copyOf(parameters);
    }

    /// Notes that the first token has come.
    public void begun() {
        var latency = sinceStart();
        firstToken = Optional.of(latency);
        router().answering(use, latency);
    }

    private Duration sinceStart() {
        return Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    /// The answer is whole.
    public void succeeded(Optional<Usage> usage, Optional<String> requestId) {
        if (end(CallRecord.SUCCEEDED, usage, requestId)) {
            router().succeeded(use, usage.map(Usage::total).orElse(0L), firstToken.orElseGet(this::sinceStart));
        }
    }

    /// The caller went away; that says nothing about the deployment.
    public void abandoned(Optional<Usage> usage, Optional<String> requestId) {
        if (end(CallRecord.CALLER_GONE, usage, requestId)) {
            router().released(use);
        }
    }

    /// Another attempt, under way at the same time, was faster.
    void outrun(Optional<Usage> usage) {
        if (end(CallRecord.HEDGED, usage, Optional.empty())) {
            router().outrun(use, asked.streamed(), sinceStart());
        }
    }

    /// It failed; what it used until then is on record all the same.
    ///
    /// @param outcome any but `Succeeded`, `Accepted` and those of which nothing was sent
    public void failed(ProviderOutcome outcome, Optional<Usage> usage) {
        switch (outcome) {
            case ProviderOutcome.RateLimited limited -> {
                if (end(limited.failure(), usage)) {
                    router().rateLimited(use, limited.failure(), limited.retryAfter());
                }
            }
            case ProviderOutcome.Retryable retryable -> {
                if (end(retryable.failure(), usage)) {
                    router().failed(use, retryable.failure(), retryable.retryAfter());
                }
            }
            case ProviderOutcome.Indeterminate indeterminate -> {
                // Whatever came instead of an answer: what it cost is not known.
                if (end(CallRecord.ANSWER_LOST, usage, indeterminate.failure().requestId())) {
                    router().failed(use, indeterminate.failure());
                }
            }
            case ProviderOutcome.Terminal terminal -> {
                if (end(terminal.failure(), usage)) {
                    router().released(use);
                }
            }
            case ProviderOutcome.Succeeded succeeded -> release();
            case ProviderOutcome.Accepted accepted -> release();
            case ProviderOutcome.Unfit unfit -> unsent();
            case ProviderOutcome.Withheld withheld -> unsent();
        }
    }

    /// Nothing was sent, so it was no attempt.
    void unsent() {
        if (ended.compareAndSet(false, true)) {
            router().declined(use);
        }
    }

    /// Gives the place back, if nothing else has: it is not known how it ended.
    public void release() {
        if (ended.compareAndSet(false, true)) {
            router().released(use);
        }
    }

    private boolean end(Failure failure, Optional<Usage> usage) {
        return end(failure.kind(), usage, failure.requestId());
    }

    private boolean end(String outcome, Optional<Usage> usage, Optional<String> requestId) {
        if (!ended.compareAndSet(false, true)) {
            return false;
        }
        var used = used(outcome, usage);
        used.ifPresent(known -> router().used(use, known.total()));
        var record = new CallRecord(
                asked.id(),
                asked.caller().project(),
                asked.caller().key(),
                asked.route().model(),
                use.deployment().name(),
                number,
                outcome,
                used,
                startedAt,
                startedAt.plus(sinceStart()),
                firstToken,
                requestId,
                asked.streamed(),
                asked.extent(),
                asked.calls(),
                dropped);
        courses.record(asked, record);
        return true;
    }

    /// Of a call that failed before its first token, what the provider told: what we only guess, it has not used.
    private Optional<Usage> used(String outcome, Optional<Usage> usage) {
        return firstToken.isEmpty() && InteractiveAttempt.usedNothing(outcome)
                ? usage.filter(told -> !told.estimated())
                : usage;
    }

    private Router router() {
        return courses.router();
    }
}
