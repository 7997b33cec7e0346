package dev.millrace.api.call;

import dev.millrace.api.problem.Problem;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Target;
import dev.millrace.provider.Usage;
import dev.millrace.routing.Called;
import dev.millrace.routing.Deployment;
import dev.millrace.routing.Rest;
import dev.millrace.routing.Room;
import dev.millrace.routing.Router.Choice;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
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
    private final CallTime time;
    private final Verdict verdict = new Verdict();
    private final Passed passed = new Passed();
    private int attempts;
    private Duration rested = Duration.ZERO;
    private boolean hedged;
    private @Nullable Deployment failedAt;
    private @Nullable Attempt last;
    private volatile boolean abandoned;

    Course(Courses courses, Asked asked, long startedNanos) {
        this.courses = courses;
        this.asked = asked;
        this.time = new CallTime(startedNanos, asked.route().chat().total());
    }

    /// @param giveUp ends what one try came to where another was faster, and says what it had used
    /// @throws Problem the error that its caller gets, if no deployment answers
    /// @throws CallerGoneException if it was abandoned
    public <T> Win<T> run(Try<T> one, Function<T, Optional<Usage>> giveUp) throws CallerGoneException {
        while (true) {
            var attempt = next();
            var patience = courses.router().hedgeAfter(asked.route(), attempt.deployment(), asked.streamed());
            var win = patience.isPresent() && !hedged
                    ? hedge(one, giveUp, attempt, patience.get())
                    : judged(begun(attempt), waited(() -> ask(one, attempt)));
            if (win.isPresent()) {
                return win.get();
            }
        }
    }

    /// Waits for an attempt, and after a while for another one beside it. What that one fails of is looked at after the
    /// first has failed too: alone, the first might have succeeded.
    private <T> Optional<Win<T>> hedge(
            Try<T> one, Function<T, Optional<Usage>> giveUp, Attempt first, Duration patience)
            throws CallerGoneException {
        var secondsLoss = Optional.<Loss>empty();
        try (var hedge = new Hedge<>(this, attempt -> ask(one, attempt), giveUp)) {
            var asking = hedge.ask(begun(first));
            if (!waited(() -> asking.join(patience))) {
                hedged = true;
                beside(first).ifPresent(second -> hedge.ask(begun(second)));
            }
            while (hedge.isUnderWay()) {
                var came = waited(hedge::next);
                if (came.attempt() != first && came.tried() instanceof Tried.Lost<T> lost) {
                    secondsLoss = Optional.of(ended(came.attempt(), lost));
                    continue;
                }
                var win = judged(came.attempt(), came.tried());
                if (win.isPresent()) {
                    return win;
                }
            }
        }
        if (secondsLoss.isPresent()) {
            weigh(secondsLoss.get());
        }
        return Optional.empty();
    }

    /// The deployment that would be next if this one failed now; never another model's, and only if retries are left.
    /// The call has its room already.
    private Optional<Attempt> beside(Attempt first) {
        if (abandoned
                || attempts >= MOST_ATTEMPTS
                || !(courses.router()
                                .choose(
                                        asked.route().ofItsOwn(),
                                        passed.and(first.deployment()),
                                        passed.called(),
                                        asked.need(),
                                        Room.ENDLESS)
                        instanceof Choice.Use use)) {
            return Optional.empty();
        }
        if (!courses.retries().mayRetry(first.deployment())) {
            courses.router().declined(use);
            return Optional.empty();
        }
        return Optional.of(new Attempt(courses, asked, use, attempts + 1));
    }

    private <T> Optional<Win<T>> judged(Attempt attempt, Tried<T> tried) throws CallerGoneException {
        return switch (tried) {
            case Tried.Won<T> won -> {
                last = attempt;
                yield Optional.of(new Win<>(attempt, won.value()));
            }
            case Tried.Lost<T> lost -> {
                weigh(ended(attempt, lost));
                yield Optional.empty();
            }
        };
    }

    /// Counts an attempt that is about to be made.
    private Attempt begun(Attempt attempt) {
        attempts = attempt.number();
        last = attempt;
        return attempt;
    }

    /// A wait for a provider.
    private <T> T waited(CallTime.Wait<T> wait) throws CallerGoneException {
        try {
            return time.waiting(wait);
        } catch (InterruptedException stopping) {
            requireCaller();
            throw lost();
        }
    }

    private <T> Tried<T> ask(Try<T> one, Attempt attempt) {
        boolean done = false;
        try {
            var key = attempt.use().key();
            var connect = asked.route().chat().connect();
            var tried = one.at(attempt.deployment().target(key, deadline(), connect), attempt);
            done = true;
            return tried;
        } finally {
            if (!done) {
                attempt.release();
            }
        }
    }

    private Attempt next() throws CallerGoneException {
        while (true) {
            requireCaller();
            if (attempts >= MOST_ATTEMPTS || !time.left().isPositive()) {
                throw lost();
            }
            var room = courses.calls().room();
            switch (courses.router().choose(asked.route(), passed.deployments(), passed.called(), asked.need(), room)) {
                case Choice.Use use -> {
                    if (failedAt == null || courses.retries().mayRetry(failedAt, use.deployment())) {
                        return new Attempt(courses, asked, use, attempts + 1);
                    }
                    courses.router().declined(use);
                    // What has no route has no other deployment: another of its keys is no reason to come again.
                    if (!use.deployment().unrouted()) {
                        verdict.putOff();
                    }
                    passed.add(use.deployment());
                }
                case Choice.Resting resting -> await(resting);
                case Choice.Exhausted exhausted -> throw lost();
            }
        }
    }

    /// Waits for the first deployment to be back, if it will be soon and none has been tried. Where calls crowd,
    /// whoever waits would take the place of one that need not.
    private void await(Choice.Resting resting) throws CallerGoneException {
        var wait = Duration.between(courses.clock().instant(), resting.until());
        var back = Optional.of(new Back(wait, resting.why()));
        if (!verdict.nothingTried()
                || courses.calls().crowded()
                || resting.why() == Rest.NO_SUCH_MODEL
                || rested.plus(wait).compareTo(MOST_WAIT) > 0
                || wait.compareTo(time.left()) > 0) {
            throw described(verdict.problem(asked.route().model(), back));
        }
        rested = rested.plus(wait);
        try {
            time.waiting(() -> {
                Thread.sleep(wait.isPositive() ? wait : Duration.ofMillis(1));
                return wait;
            });
        } catch (InterruptedException stopping) {
            requireCaller();
            throw described(verdict.problem(asked.route().model(), back));
        }
    }

    /// Whom a loss was at, and what it came of.
    private record Loss(Called at, ProviderOutcome outcome) {}

    private Loss ended(Attempt attempt, Tried.Lost<?> lost) throws CallerGoneException {
        if (abandoned) {
            attempt.abandoned(lost.usage(), Optional.empty());
            requireCaller();
        }
        attempt.failed(lost.outcome(), lost.usage());
        if (!(lost.outcome() instanceof ProviderOutcome.Unfit)) {
            failedAt = attempt.deployment();
        } else if (attempt.number() == attempts) {
            // Nothing was sent.
            attempts--;
        }
        return new Loss(attempt.called(), lost.outcome());
    }

    private void weigh(Loss loss) {
        switch (loss.outcome()) {
            case ProviderOutcome.RateLimited limited -> {
                verdict.rateLimited(limited);
                passed.addWithThisKey(loss.at());
            }
            case ProviderOutcome.Retryable retryable -> {
                verdict.failed(retryable.failure(), retryable.retryAfter());
                passed.failed(loss.at(), retryable.failure());
            }
            case ProviderOutcome.Terminal terminal -> {
                if (!terminal.failure().kind().equals(Verdict.CONTEXT_TOO_LONG)) {
                    verdict.failed(terminal.failure());
                    throw lost();
                }
                verdict.tooLong(terminal.failure());
                passed.addAll(courses.router().tooSmall(asked.route(), loss.at().deployment()));
            }
            case ProviderOutcome.Indeterminate indeterminate -> {
                verdict.indeterminate(indeterminate.failure());
                throw lost();
            }
            case ProviderOutcome.Unfit unfit -> {
                verdict.unfit(unfit);
                passed.add(loss.at().deployment());
            }
            case ProviderOutcome.Withheld withheld -> throw new IllegalStateException("Nobody withheld this call");
            case ProviderOutcome.Accepted accepted -> throw new IllegalStateException("A call is no render");
            case ProviderOutcome.Succeeded succeeded -> throw new IllegalStateException("A success is no loss");
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
        var left = time.left();
        var whole = asked.route().chat().whole();
        return asked.streamed() || left.compareTo(whole) < 0 ? left : whole;
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
        return Origin.headers(Optional.ofNullable(last).map(Attempt::deployment), attempts, time.own());
    }
}
