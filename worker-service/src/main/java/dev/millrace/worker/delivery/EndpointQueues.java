package dev.millrace.worker.delivery;

import dev.millrace.webhook.DeliverySettings;
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
/// waits for it nor holds it up.
final class EndpointQueues {

    private static final int MOST_QUEUED = 20_000;
    private static final int MOST_QUEUED_FOR_ONE = 2_000;

    private record Address(UUID project, String url) {
        static Address of(DueDelivery delivery) {
            return new Address(delivery.project(), delivery.url());
        }
    }

    private static final class Endpoint {
        final Queue<DueDelivery> waiting = new ArrayDeque<>();
        int inFlight;
    }

    private final DeliverySettings settings;
    private final Consumer<DueDelivery> deliver;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition emptied = lock.newCondition();
    private final Map<Address, Endpoint> endpoints = new HashMap<>();
    private final Map<UUID, Integer> inFlightOfProject = new HashMap<>();
    private int queued;
    private int inFlight;

    /// @param deliver makes one attempt; called on a virtual thread of its own
    EndpointQueues(DeliverySettings settings, Consumer<DueDelivery> deliver) {
        this.settings = settings;
        this.deliver = deliver;
    }

    /// @return false if the endpoint's queue, or all of them, are full
    boolean offer(DueDelivery delivery) {
        lock.lock();
        try {
            var endpoint = endpoints.computeIfAbsent(Address.of(delivery), address -> new Endpoint());
            if (queued >= MOST_QUEUED || endpoint.waiting.size() >= MOST_QUEUED_FOR_ONE) {
                return false;
            }
            if (mayStart(endpoint, delivery)) {
                start(endpoint, delivery);
            } else {
                endpoint.waiting.add(delivery);
                queued++;
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean mayStart(Endpoint endpoint, DueDelivery delivery) {
        return inFlight < settings.perProcess()
                && endpoint.inFlight < settings.perEndpoint()
                && inFlightOfProject.getOrDefault(delivery.project(), 0) < settings.perProject();
    }

    private void start(Endpoint endpoint, DueDelivery delivery) {
        endpoint.inFlight++;
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
            var endpoint = endpoints.computeIfAbsent(Address.of(delivery), address -> new Endpoint());
            endpoint.inFlight--;
            inFlight--;
            inFlightOfProject.computeIfPresent(delivery.project(), (project, count) -> count == 1 ? null : count - 1);
            startNext(endpoint);
            if (endpoint.inFlight == 0 && endpoint.waiting.isEmpty()) {
                endpoints.remove(Address.of(delivery));
            }
            // The freed place may be what another endpoint of the project, or of the process, waited for.
            if (endpoint.waiting.isEmpty() && queued > 0) {
                endpoints.values().forEach(this::startNext);
            }
            if (idle()) {
                emptied.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void startNext(Endpoint endpoint) {
        while (endpoint.waiting.peek() instanceof DueDelivery next && mayStart(endpoint, next)) {
            endpoint.waiting.remove();
            queued--;
            start(endpoint, next);
        }
    }

    /// How many more deliveries may be claimed.
    int room() {
        lock.lock();
        try {
            return Math.max(0, settings.perProcess() - inFlight - queued);
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
