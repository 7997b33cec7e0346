package dev.millrace.routing;

import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderKey;
import dev.millrace.routing.Router.Choice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;

/// Plays callers against deployments in virtual time: so many calls a second, each tried at up to three deployments
/// as long as retries are left.
final class Play {

    /// How a deployment answers a call that begins now.
    record Answer(Duration after, Optional<Failure> failure) {
        static Answer good(int millis) {
            return new Answer(Duration.ofMillis(millis), Optional.empty());
        }

        static Answer bad(int millis, Failure failure) {
            return new Answer(Duration.ofMillis(millis), Optional.of(failure));
        }
    }

    interface Behaviour {
        Answer answer(Deployment deployment, ProviderKey key, Duration since);
    }

    /// A call as a deployment saw it.
    record Asked(Deployment deployment, ProviderKey key, Duration at, boolean good) {}

    /// @param failedAt where it has failed, the last at the end
    private record Call(Duration begun, Set<Deployment> tried, List<Deployment> failedAt) {
        Call(Duration begun) {
            this(begun, new HashSet<>(), new ArrayList<>());
        }
    }

    private record End(Duration at, long order, Call call, Choice.Use use, Answer answer) {}

    private static final Duration STEP = Duration.ofMillis(10);
    private static final int MOST_TRIES = 3;

    final List<Asked> asked = new ArrayList<>();
    final List<Duration> latencies = new ArrayList<>();
    int succeeded;
    int failed;
    int refused;

    private final Routing routing = new Routing();
    private final RetryBudget retries = new RetryBudget(routing.clock, routing.router);
    private final ModelRoute route;
    private final Behaviour behaviour;
    private final PriorityQueue<End> ends =
            new PriorityQueue<>(Comparator.comparing(End::at).thenComparingLong(End::order));
    private long order;
    private Duration now = Duration.ZERO;

    Play(ModelRoute route, Behaviour behaviour) {
        this.route = route;
        this.behaviour = behaviour;
    }

    /// @param perSecond at most 100
    Play run(Duration length, int perSecond) {
        var until = now.plus(length);
        double due = 0;
        while (now.compareTo(until) < 0) {
            now = now.plus(STEP);
            routing.clock.advance(STEP);
            while (!ends.isEmpty() && ends.peek().at().compareTo(now) <= 0) {
                end(ends.remove());
            }
            for (due += perSecond / 100.0; due >= 1; due--) {
                next(new Call(now));
            }
        }
        return this;
    }

    private void next(Call call) {
        switch (routing.router.choose(route, call.tried())) {
            case Choice.Use use
            when !call.failedAt().isEmpty() && !retries.mayRetry(call.failedAt().getLast(), use.deployment()) -> {
                routing.router.declined(use);
                failed++;
            }
            case Choice.Use use -> {
                var answer = behaviour.answer(use.deployment(), use.key(), now);
                asked.add(new Asked(
                        use.deployment(), use.key(), now, answer.failure().isEmpty()));
                ends.add(new End(now.plus(answer.after()), order++, call, use, answer));
            }
            case Choice.Resting resting -> refuse(call);
            case Choice.Exhausted exhausted -> failed++;
        }
    }

    private void refuse(Call call) {
        if (call.tried().isEmpty()) {
            refused++;
        } else {
            failed++;
        }
    }

    private void end(End end) {
        var failure = end.answer().failure();
        if (failure.isEmpty()) {
            routing.router.succeeded(end.use(), 10, end.answer().after());
            succeeded++;
            latencies.add(now.minus(end.call().begun()));
            return;
        }
        routing.router.failed(end.use(), failure.get());
        end.call().failedAt().add(end.use().deployment());
        if (failure.get().scope() != Failure.Scope.KEY) {
            end.call().tried().add(end.use().deployment());
        }
        if (end.call().tried().size() < MOST_TRIES) {
            next(end.call());
        } else {
            failed++;
        }
    }

    /// Calls that a deployment saw in a stretch of time.
    List<Asked> asked(Deployment deployment, int fromSecond, int toSecond) {
        return asked.stream()
                .filter(one -> one.deployment().equals(deployment))
                .filter(one -> one.at().compareTo(Duration.ofSeconds(fromSecond)) >= 0
                        && one.at().compareTo(Duration.ofSeconds(toSecond)) < 0)
                .toList();
    }

    Map<ProviderKey, Integer> byKey() {
        var counts = new HashMap<ProviderKey, Integer>();
        asked.forEach(one -> counts.merge(one.key(), 1, Integer::sum));
        return counts;
    }

    Duration p99() {
        var sorted = latencies.stream().sorted().toList();
        return sorted.get((int) (sorted.size() * 0.99));
    }
}
