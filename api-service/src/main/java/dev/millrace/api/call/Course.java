package dev.millrace.api.call;

import dev.millrace.api.problem.Problem;
import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Target;
import dev.millrace.provider.Usage;
import dev.millrace.routing.Deployment;
import dev.millrace.routing.Router.Choice;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The way of one interactive call through the deployments of its route: choose, try, judge, choose again, until one
/// answers, the request is refused, all have been tried, or its time is up. It alone decides on retries. One thread
/// follows it; any may abandon it.
public final class Course {

    private static final int MOST_ATTEMPTS = 6;

    /// How long a call that nobody could take yet waits for the first deployment to be back.
    private static final Duration MOST_WAIT = Duration.ofSeconds(2);

    /// One try, at the target that the course has chosen.
    public interface Try<T> {
        Tried<T> at(Target target, Attempt attempt);
    }

    /// The attempt that answered, which its taker ends, and what it came to.
    public record Win<T>(Attempt attempt, T value) {}

    private final Courses courses;
    private final Asked asked;
    private final long startedNanos;
    private final Verdict verdict = new Verdict();
    private final Set<Deployment> tried = new HashSet<>();
    private final Map<Deployment, Integer> keysTried = new HashMap<>();
    private int attempts;
    private long waitedNanos;
    private @Nullable Attempt last;
    private volatile boolean abandoned;

    Course(Courses courses, Asked asked, long startedNanos) {
        this.courses = courses;
        this.asked = asked;
        this.startedNanos = startedNanos;
    }

    /// @throws Problem the error that its caller gets, if no deployment answers
    /// @throws CallerGoneException if it was abandoned
    public <T> Win<T> run(Try<T> one) throws CallerGoneException {
        while (true) {
            var attempt = next();
            last = attempt;
            switch (ask(one, attempt)) {
                case Tried.Won<T> won -> {
                    attempts = attempt.number();
                    return new Win<>(attempt, won.value());
                }
                case Tried.Lost<T> lost -> judge(attempt, lost.outcome(), lost.usage());
            }
        }
    }

    private <T> Tried<T> ask(Try<T> one, Attempt attempt) {
        long from = System.nanoTime();
        boolean done = false;
        try {
            var key = attempt.use().key();
            var tried = one.at(attempt.deployment().target(key, deadline()), attempt);
            done = true;
            return tried;
        } finally {
            waitedNanos += System.nanoTime() - from;
            if (!done) {
                attempt.release();
            }
        }
    }

    private Attempt next() throws CallerGoneException {
        while (true) {
            requireCaller();
            if (attempts >= MOST_ATTEMPTS || !left().isPositive()) {
                throw lost();
            }
            switch (courses.router().choose(asked.route(), tried)) {
                case Choice.Use use -> {
                    if (attempts == 0 || courses.retries().mayRetry(use.deployment())) {
                        return new Attempt(courses, asked, use, attempts + 1);
                    }
                    courses.router().released(use);
                    tried.add(use.deployment());
                }
                case Choice.Resting resting -> await(resting.until());
                case Choice.Exhausted exhausted -> throw lost();
            }
        }
    }

    /// Waits for the first deployment to be back, if it will be soon and none has been tried.
    private void await(Instant until) throws CallerGoneException {
        var now = courses.clock().instant();
        var wait = Duration.between(now, until);
        if (!verdict.nothingTried() || wait.compareTo(MOST_WAIT) > 0 || wait.compareTo(left()) > 0) {
            throw described(verdict.problem(asked.route().model(), Optional.of(wait)));
        }
        long from = System.nanoTime();
        try {
            Thread.sleep(wait.isPositive() ? wait : Duration.ofMillis(1));
        } catch (InterruptedException stopping) {
            requireCaller();
            throw described(verdict.problem(asked.route().model(), Optional.of(wait)));
        } finally {
            waitedNanos += System.nanoTime() - from;
        }
    }

    private void judge(Attempt attempt, ProviderOutcome outcome, Optional<Usage> usage) throws CallerGoneException {
        if (abandoned) {
            attempt.abandoned(usage, Optional.empty());
            requireCaller();
        }
        attempt.failed(outcome, usage);
        switch (outcome) {
            case ProviderOutcome.RateLimited limited -> {
                tried(attempt.number());
                verdict.rateLimited(limited);
                withThisKey(attempt.deployment());
            }
            case ProviderOutcome.Retryable retryable -> {
                tried(attempt.number());
                verdict.failed(retryable.failure());
                if (ofTheKey(retryable.failure())) {
                    withThisKey(attempt.deployment());
                } else {
                    tried.add(attempt.deployment());
                }
            }
            case ProviderOutcome.Terminal terminal -> {
                tried(attempt.number());
                verdict.failed(terminal.failure());
                if (!terminal.failure().kind().equals(Verdict.CONTEXT_TOO_LONG)) {
                    throw lost();
                }
                tried.addAll(courses.router().tooSmall(asked.route(), attempt.deployment()));
            }
            case ProviderOutcome.Indeterminate indeterminate -> {
                tried(attempt.number());
                verdict.indeterminate(indeterminate.failure());
                throw lost();
            }
            case ProviderOutcome.Unfit unfit -> {
                verdict.unfit(unfit);
                tried.add(attempt.deployment());
            }
            case ProviderOutcome.Withheld withheld -> throw new IllegalStateException("Nobody withheld this call");
            case ProviderOutcome.Accepted accepted -> throw new IllegalStateException("A call is no render");
            case ProviderOutcome.Succeeded succeeded -> throw new IllegalStateException("A success is no loss");
        }
    }

    private void tried(int number) {
        attempts = number;
    }

    private static boolean ofTheKey(Failure failure) {
        return failure.scope() == Failure.Scope.KEY || failure.scope() == Failure.Scope.MODEL;
    }

    /// The same deployment may still be asked with its other keys.
    private void withThisKey(Deployment deployment) {
        int keys = keysTried.merge(deployment, 1, Integer::sum);
        if (keys >= deployment.provider().keys().size()) {
            tried.add(deployment);
        }
    }

    /// The caller went away: whoever follows this course stops at the next turn.
    public void abandon() {
        abandoned = true;
    }

    public boolean isAbandoned() {
        return abandoned;
    }

    private void requireCaller() throws CallerGoneException {
        if (abandoned) {
            throw new CallerGoneException();
        }
    }

    /// A stream may go on for as long as its tokens come.
    private Duration deadline() {
        var left = left();
        var whole = asked.route().chat().whole();
        return asked.streamed() || left.compareTo(whole) < 0 ? left : whole;
    }

    private Duration left() {
        return asked.route().chat().total().minusNanos(System.nanoTime() - startedNanos);
    }

    private Problem lost() {
        return described(verdict.problem(asked.route().model(), Optional.empty()));
    }

    private Problem described(Problem problem) {
        describe().forEach(problem::with);
        return problem;
    }

    /// The error of an answer that broke off after it had begun: nobody else can go on with it.
    public Problem broken(ProviderOutcome outcome) {
        return verdict.broken(outcome, asked.route().model());
    }

    /// The headers that say where the answer came from, as far as that is known now.
    public Map<String, String> describe() {
        return Origin.headers(Optional.ofNullable(last).map(Attempt::deployment), attempts, ownTime());
    }

    /// The time since the call came less what its providers took.
    private Duration ownTime() {
        return Duration.ofNanos(Math.max(0, System.nanoTime() - startedNanos - waitedNanos));
    }
}
