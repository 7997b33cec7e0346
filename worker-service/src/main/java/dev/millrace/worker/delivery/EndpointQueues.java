package dev.millrace.worker.delivery;

import dev.millrace.webhook.DeliverySettings;
import dev.millrace.webhook.DeliveryStore.Busy;
import dev.millrace.webhook.DeliveryStore.Endpoint;
import dev.millrace.webhook.DueDelivery;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// Deliveries that wait for their endpoint's turn, each endpoint in a queue of its own: a dead receiver fills its own
/// slots and its own queue, and nobody else's. An endpoint is a project's; what others send to the same URL neither
/// waits for it nor holds it up. All that wait for one project are no more than the places that are left to others.
final class EndpointQueues {

    private static final int MOST_QUEUED = 20_000;
    private static final int MOST_QUEUED_FOR_ONE = 1_000;

    /// With so many waiting, what is due for the endpoint is left in the database, for a worker that has places: some
    /// seconds of a slow one, and with a quick one there is always something to send until the next look.
    private static final int BUSY = 500;

    private static final class Line {
        final Queue<DueDelivery> waiting = new ArrayDeque<>();
        int inFlight;
    }

    private final DeliverySettings settings;
    private final Consumer<DueDelivery> deliver;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition emptied = lock.newCondition();
    private final Map<Endpoint, Line> lines = new HashMap<>();
    private final Map<UUID, Integer> inFlightOfProject = new HashMap<>();
    private final Map<UUID, Integer> queuedOfProject = new HashMap<>();
    private int queued;
    private int inFlight;

    /// @param deliver makes one attempt; called on a virtual thread of its own
    EndpointQueues(DeliverySettings settings, Consumer<DueDelivery> deliver) {
        this.settings = settings;
        this.deliver = deliver;
    }

    private static Endpoint endpoint(DueDelivery delivery) {
        return new Endpoint(delivery.project(), delivery.url());
    }

    /// @return false if it has to wait and the endpoint's queue, or its project's share, is full
    boolean offer(DueDelivery delivery) {
        lock.lock();
        try {
            var line = lines.getOrDefault(endpoint(delivery), new Line());
            boolean atOnce = mayStart(line, delivery);
            if (!atOnce && (line.waiting.size() >= MOST_QUEUED_FOR_ONE || hasItsShare(delivery.project()))) {
                return false;
            }
            lines.putIfAbsent(endpoint(delivery), line);
            if (atOnce) {
                start(line, delivery);
            } else {
                line.waiting.add(delivery);
                queued(delivery.project(), 1);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean hasItsShare(UUID project) {
        return queuedOfProject.getOrDefault(project, 0) >= MOST_QUEUED - queued;
    }

    private void queued(UUID project, int more) {
        queued += more;
        queuedOfProject.merge(project, more, (before, added) -> before + added == 0 ? null : before + added);
    }

    private boolean mayStart(Line line, DueDelivery delivery) {
        return inFlight < settings.perProcess()
                && line.inFlight < settings.perEndpoint()
                && inFlightOfProject.getOrDefault(delivery.project(), 0) < settings.perProject();
    }

    private void start(Line line, DueDelivery delivery) {
        line.inFlight++;
        inFlight++;
        inFlightOfProject.merge(delivery.project(), 1, Integer::sum);
        Thread.ofVirtual().name("delivery-", 0).start(() -> {
            try {
                deliver.accept(delivery);
            } finally {
                ended(delivery);
            }
        });
    }

    private void ended(DueDelivery delivery) {
        lock.lock();
        try {
            var line = lines.computeIfAbsent(endpoint(delivery), endpoint -> new Line());
            line.inFlight--;
            inFlight--;
            inFlightOfProject.computeIfPresent(delivery.project(), (project, count) -> count == 1 ? null : count - 1);
            startNext(line);
            if (line.inFlight == 0 && line.waiting.isEmpty()) {
                lines.remove(endpoint(delivery));
            }
            // The freed place may be what another endpoint of the project, or of the process, waited for.
            if (line.waiting.isEmpty() && queued > 0) {
                lines.values().forEach(this::startNext);
            }
            if (idle()) {
                emptied.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void startNext(Line line) {
        while (line.waiting.peek() instanceof DueDelivery next && mayStart(line, next)) {
            line.waiting.remove();
            queued(next.project(), -1);
            start(line, next);
        }
    }

    /// How many more deliveries may be claimed, of those that are not [#busy()]. Those that wait take none of it.
    int room() {
        lock.lock();
        try {
            return Math.max(0, settings.perProcess() - inFlight);
        } finally {
            lock.unlock();
        }
    }

    /// Whose deliveries would only wait here.
    Busy busy() {
        lock.lock();
        try {
            return new Busy(
                    lines.entrySet().stream()
                            .filter(entry -> entry.getValue().waiting.size() >= BUSY)
                            .map(Map.Entry::getKey)
                            .toList(),
                    queuedOfProject.keySet().stream().filter(this::hasItsShare).toList());
        } finally {
            lock.unlock();
        }
    }

    int inFlight() {
        lock.lock();
        try {
            return inFlight;
        } finally {
            lock.unlock();
        }
    }

    /// Waits until nothing is in flight or queued, for that long at most.
    void awaitIdle(Duration most) throws InterruptedException {
        lock.lock();
        try {
            for (long left = most.toNanos(); !idle() && left > 0; ) {
                left = emptied.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    boolean idle() {
        lock.lock();
        try {
            return inFlight == 0 && queued == 0;
        } finally {
            lock.unlock();
        }
    }
}
