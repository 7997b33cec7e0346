package dev.millrace.routing;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.circuitbreaker.IllegalStateTransitionException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;

/// The circuit breaker of one [Scope]: a Resilience4j breaker with four things added. So many failures in a row open
/// it, however slowly they come; the first probe that ends decides; after a recovery a [Ramp] admits a growing
/// share; and a call that began in one state says nothing in the next.
///
/// Times are milliseconds of the injected clock.
final class Breaker {

    /// What [#tryAcquire] answers where no call is let through.
    static final int REFUSED = -1;

    /// Another instance's word counts only where no call of this one has succeeded for so long.
    private static final long OWN_WORD_MILLIS = 2_000;

    private static final int IN_A_ROW_WHILE_RAMPING = 2;
    private static final long SHORT_MILLIS = 100;

    private static final Throwable FAILED = new Throwable("The call failed", null, false, false) {};

    /// Told when this instance's own calls have opened or closed a breaker.
    interface Listener {
        void changed(Breaker breaker, boolean open, Instant until);
    }

    private final Scope scope;
    private final BreakerRules rules;
    private final Clock clock;
    private final CircuitBreaker circuit;
    private final Ramp ramp;
    private final Listener listener;
    private final RandomGenerator random;
    private final AtomicReference<State> seen = new AtomicReference<>(State.CLOSED);
    private final AtomicInteger phase = new AtomicInteger();
    private final AtomicInteger inARow = new AtomicInteger();
    private final AtomicInteger rests = new AtomicInteger();
    private volatile long openUntil;
    private volatile long hintedUntil;
    private volatile long succeededAt = Long.MIN_VALUE / 2;
    private volatile long failedAt = Long.MIN_VALUE / 2;

    Breaker(Scope scope, BreakerRules rules, Clock clock, RandomGenerator random, Listener listener) {
        this.scope = scope;
        this.rules = rules;
        this.clock = clock;
        this.random = random;
        this.ramp = new Ramp(rules.ramp());
        this.listener = listener;
        this.circuit = CircuitBreaker.of(
                scope.name(),
                CircuitBreakerConfig.custom()
                        .clock(clock)
                        .currentTimestampFunction(Clock::millis, TimeUnit.MILLISECONDS)
                        .slidingWindow(
                                rules.windowSeconds(),
                                rules.minimumCalls(),
                                SlidingWindowType.TIME_BASED,
                                SlidingWindowSynchronizationStrategy.SYNCHRONIZED)
                        .failureRateThreshold(rules.failureRate())
                        .permittedNumberOfCallsInHalfOpenState(rules.probes())
                        .waitIntervalFunctionInOpenState(opened -> openFor(clock.millis(), opened))
                        .build());
    }

    private long openFor(long now, int opened) {
        long millis =
                Math.max(1, rules.open().after(Math.max(1, opened), random).toMillis());
        openUntil = now + millis + 1;
        return millis;
    }

    Scope scope() {
        return scope;
    }

    State state() {
        return circuit.getState();
    }

    boolean isClosed() {
        return circuit.getState() == State.CLOSED;
    }

    /// Whether more calls fail of late than retries may make good, though too few to open it.
    boolean ails(long now) {
        if (now - failedAt > rules.windowSeconds() * 1_000L) {
            return false;
        }
        var calls = circuit.getMetrics();
        int failed = calls.getNumberOfFailedCalls();
        return failed > RetryBudget.FLOOR && failed > calls.getNumberOfBufferedCalls() * RetryBudget.SHARE;
    }

    /// When a call may be let through: 0 for at once.
    long backAt(long now) {
        long own = circuit.getState() == State.OPEN && openUntil > now ? openUntil : 0;
        return Math.max(own, hintedUntil > now ? hintedUntil : 0);
    }

    /// When to ask again after a refusal: a breaker whose probes are under way has no time of its own.
    long askAgainAt(long now) {
        return Math.max(backAt(now), now + SHORT_MILLIS);
    }

    /// Lets a call through, and hands it the phase that it gives back when it ends.
    int tryAcquire(long now) {
        if (hintedUntil > now || circuit.getState() == State.CLOSED && !ramp.admits(now)) {
            return REFUSED;
        }
        boolean acquired = permitted();
        observe(now);
        return acquired ? phase.get() : REFUSED;
    }

    private boolean permitted() {
        while (true) {
            try {
                return circuit.tryAcquirePermission();
            } catch (IllegalStateTransitionException moved) {
                // Another call has moved it on between the question and the answer: it is asked again as it is now.
            }
        }
    }

    void succeeded(int begunIn, long now) {
        worked(now);
        if (begunIn != phase.get()) {
            return;
        }
        if (circuit.getState() == State.HALF_OPEN) {
            circuit.transitionToClosedState();
            observe(now);
        } else {
            circuit.onSuccess(0, TimeUnit.MILLISECONDS);
        }
        if (inARow.get() != 0) {
            inARow.set(0);
        }
        if (rests.get() != 0) {
            rests.set(0);
        }
    }

    /// A call of this process succeeded, whenever it began: others need not tell it anything.
    void worked(long now) {
        if (now - succeededAt > SHORT_MILLIS) {
            succeededAt = now;
        }
        if (hintedUntil != 0) {
            hintedUntil = 0;
        }
    }

    /// A call has begun to answer. That is enough where a probe is waited for; all else is told by its end.
    void answering(int begunIn, long now) {
        if (hintedUntil != 0 || circuit.getState() == State.HALF_OPEN) {
            succeeded(begunIn, now);
        }
    }

    /// @param asked how long the provider wants to be left alone, zero where it did not say: it stays open as long
    /// @param obeys whether it opens for that alone. Not while calls of this process succeed, since a stray failure
    ///     among them, as of one machine of many, is no reason to stop them all
    void failed(int begunIn, Duration asked, boolean obeys, long now) {
        if (begunIn != phase.get()) {
            return;
        }
        circuit.onError(0, TimeUnit.MILLISECONDS, FAILED);
        failedAt = now;
        int failures = inARow.incrementAndGet();
        var state = circuit.getState();
        int most = ramp.isOver(now) ? rules.inARow() : Math.min(IN_A_ROW_WHILE_RAMPING, rules.inARow());
        if (state == State.HALF_OPEN || state == State.CLOSED && failures >= most) {
            circuit.transitionToOpenState();
        }
        boolean opens = circuit.getState() == State.OPEN || obeys && now - succeededAt > OWN_WORD_MILLIS;
        if (opens && asked.isPositive()) {
            stayOpen(asked, now);
        }
        observe(now);
    }

    /// The call says nothing.
    void released(int begunIn) {
        if (begunIn == phase.get() && circuit.getState() == State.HALF_OPEN) {
            circuit.releasePermission();
        }
    }

    /// Opens for a wait that somebody named. A shorter one does not end a longer one.
    void rest(Duration wait, long now) {
        if (!isOpen(now)) {
            rests.incrementAndGet();
        }
        stayOpen(wait, now);
        observe(now);
    }

    private boolean isOpen(long now) {
        return circuit.getState() == State.OPEN && openUntil > now;
    }

    private void stayOpen(Duration wait, long now) {
        long until = now + Math.max(1, wait.toMillis());
        if (!isOpen(now) || until > openUntil) {
            circuit.transitionToOpenStateUntil(Instant.ofEpochMilli(until - 1));
            openUntil = until;
        }
    }

    /// Opens for a wait that grows with each rest since the last success.
    void rest(long now) {
        rest(rules.open().after(Math.max(1, rests.get() + 1), random), now);
    }

    /// Another instance has opened this scope. Believed for a while, by an instance whose own calls do not succeed.
    void hinted(long until, long now) {
        if (now - succeededAt > OWN_WORD_MILLIS && until > now) {
            hintedUntil = until;
        }
    }

    /// Another instance's calls succeed again.
    void hintEnded() {
        hintedUntil = 0;
    }

    boolean isIdle(long now) {
        return circuit.getState() == State.CLOSED && ramp.isOver(now) && hintedUntil <= now;
    }

    private void observe(long now) {
        var before = seen.get();
        var state = circuit.getState();
        if (state == before || !seen.compareAndSet(before, state)) {
            return;
        }
        phase.incrementAndGet();
        inARow.set(0);
        if (state == State.CLOSED) {
            ramp.begin(now);
            listener.changed(this, false, Instant.ofEpochMilli(now));
        } else if (state == State.OPEN) {
            listener.changed(this, true, Instant.ofEpochMilli(openUntil));
        }
    }

    @Override
    public String toString() {
        return scope.name() + " " + circuit.getState();
    }
}
