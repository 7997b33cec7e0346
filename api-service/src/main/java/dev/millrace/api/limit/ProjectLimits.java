package dev.millrace.api.limit;

import dev.millrace.api.problem.Problem;
import dev.millrace.api.security.Caller;
import dev.millrace.api.security.Expecting;
import dev.millrace.extent.Extent;
import dev.millrace.share.Shares;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/// Takes each interactive call's share of its project's limits before any provider is asked, and each submission's
/// before it is read, over all processes. A project without limits passes by.
@Component
public final class ProjectLimits implements Expecting {

    /// Where a block is spent before the next is there. One is drawn in some milliseconds; this is for a database that
    /// is slow.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Duration PATIENCE_AHEAD = Duration.ofMillis(500);

    /// A submission whose block is not there by then goes on to the database that it needs anyway.
    private static final Duration PATIENCE_OF_JOBS = Duration.ofMillis(250);

    private static final int MOST_REMEMBERED = 5_000;

    private final Shares shares;
    private final Clock clock;
    private final LimitRefusals refusals;
    private final Map<String, Hold> holds = new ConcurrentHashMap<>();

    /// How many tokens a project's answers needed of late.
    private final Map<UUID, Double> usual = new ConcurrentHashMap<>();

    ProjectLimits(Shares shares, Clock clock, LimitRefusals refusals) {
        this.shares = shares;
        this.clock = clock;
        this.refusals = refusals;
    }

    @Override
    public void expect(Caller caller) {
        try {
            for (var limit : Limit.ofCalls(caller)) {
                shares.ready(limit.name(), limit.perMinute(), PATIENCE_AHEAD);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /// Tells a caller in its answer's headers how its project stands now.
    public void show(Caller caller, HttpServletResponse response) {
        if (caller.limits().ofCalls()) {
            Limit.ofCalls(caller).forEach(limit -> show(limit, response));
        }
    }

    private void show(Limit limit, HttpServletResponse response) {
        var what = limit.what().word();
        response.setHeader("x-ratelimit-limit-" + what, Long.toString(limit.perMinute()));
        response.setHeader("x-ratelimit-remaining-" + what, Long.toString(left(limit)));
        response.setHeader("x-ratelimit-reset-" + what, LimitRefusals.text(untilMinuteTurns()));
    }

    private Duration untilMinuteTurns() {
        long millis = 60_000 - Math.floorMod(clock.millis(), 60_000L);
        return Duration.ofSeconds(Math.ceilDiv(millis, 1_000L));
    }

    /// Takes a request, and the tokens of the prompt and of the longest answer that it may have; where it sets no limit
    /// for that, of one as they were of late. They are held for it until it is [over][#over(Caller, String)].
    ///
    /// @throws Problem 429 if either is used up
    public void take(Caller caller, String call, Extent extent) {
        if (!caller.limits().ofCalls()) {
            return;
        }
        long takenAt = clock.millis();
        var requests = Limit.requests(caller);
        requests.ifPresent(limit -> take(limit, 1));
        Limit.tokens(caller).ifPresent(limit -> {
            long prompt = Math.max(1, extent.prompt());
            long tokens = need(caller, limit, prompt, extent);
            try {
                take(limit, tokens);
            } catch (Problem refused) {
                requests.ifPresent(given -> shares.settle(given.name(), takenAt, -1));
                throw refused;
            }
            holds.put(call, new Hold(takenAt, tokens, prompt));
        });
    }

    /// Takes one of the jobs that a project may submit.
    ///
    /// @throws Problem 429 if they are used up
    public void takeJob(Caller caller) {
        Limit.jobs(caller).ifPresent(limit -> {
            if (taken(limit, 1, PATIENCE_OF_JOBS)) {
                return;
            }
            if (left(limit) == 0) {
                throw usedUp(limit, 1);
            }
            // It goes on without a block, and counts all the same.
            shares.settle(limit.name(), clock.millis(), 1);
        });
    }

    /// The job that was taken last was not let in for another reason.
    public void giveJobBack(Caller caller) {
        Limit.jobs(caller).ifPresent(limit -> shares.settle(limit.name(), clock.millis(), -1));
    }

    /// A long answer before does not keep out a call that may have a short one; nor does the longest that one may have
    /// keep it out of a minute that nobody has used.
    private long need(Caller caller, Limit limit, long prompt, Extent extent) {
        double answer = extent.answer().isPresent()
                ? (double) extent.answer().getAsLong() * extent.answers()
                : Math.min(usual.getOrDefault(caller.project(), 0.0), limit.perMinute() / 10.0);
        return Math.max(prompt, Math.min(prompt + Math.round(answer), limit.perMinute()));
    }

    private void take(Limit limit, long amount) {
        if (amount > limit.perMinute()) {
            throw refusals.tooLarge(limit, amount);
        }
        if (!taken(limit, amount, PATIENCE)) {
            throw usedUp(limit, amount);
        }
    }

    private boolean taken(Limit limit, long amount, Duration patience) {
        try {
            return shares.take(limit.name(), limit.perMinute(), amount, patience);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw Problem.unavailable("stopping", "The service is stopping; please try again.", Duration.ofSeconds(1));
        }
    }

    private long left(Limit limit) {
        return shares.left(limit.name(), limit.perMinute());
    }

    private Problem usedUp(Limit limit, long amount) {
        return refusals.usedUp(limit, limit.perMinute() - left(limit), amount, untilMinuteTurns());
    }

    /// An attempt of the call has ended.
    ///
    /// @param tokens that it used; absent for an answer of which nobody said
    public void used(Caller caller, String call, Optional<Long> tokens) {
        if (caller.limits().tokensPerMinute().isPresent()) {
            Optional.ofNullable(holds.get(call)).ifPresent(hold -> hold.used(tokens));
        }
    }

    /// The call has ended, and with it each of its attempts: what it needed beyond its estimate is taken now, and what
    /// it did not need is free.
    public void over(Caller caller, String call) {
        if (caller.limits().tokensPerMinute().isEmpty()) {
            return;
        }
        var hold = holds.remove(call);
        if (hold != null) {
            remember(caller.project(), hold.answered());
            Limit.tokens(caller).ifPresent(limit -> shares.settle(limit.name(), hold.takenAt(), hold.more()));
        }
    }

    private void remember(UUID project, long answered) {
        if (answered > 0 && (usual.size() < MOST_REMEMBERED || usual.containsKey(project))) {
            usual.merge(project, (double) answered, (before, now) -> 0.9 * before + 0.1 * now);
        }
    }
}
