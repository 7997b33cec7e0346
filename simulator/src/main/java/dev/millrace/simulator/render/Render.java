package dev.millrace.simulator.render;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/// One render. Nothing runs for it: what it has come to follows from the time that has passed since its creation.
public final class Render {

    private final long number;
    private final String id;
    private final RenderOrder order;
    private final RenderPlan plan;
    private final long createdMillis;
    private final long createdNanos;
    private final AtomicInteger downloads = new AtomicInteger();
    private volatile boolean deleted;
    private volatile boolean cancelled;

    /// How far a render is.
    public enum Status {
        QUEUED,
        IN_PROGRESS,
        COMPLETED,
        FAILED,
        CANCELLED
    }

    Render(long number, String id, RenderOrder order, RenderPlan plan) {
        this.number = number;
        this.id = id;
        this.order = order;
        this.plan = plan;
        this.createdMillis = System.currentTimeMillis();
        this.createdNanos = System.nanoTime();
    }

    public long number() {
        return number;
    }

    public String id() {
        return id;
    }

    public RenderOrder order() {
        return order;
    }

    public RenderPlan plan() {
        return plan;
    }

    /// In milliseconds since 1970.
    public long createdMillis() {
        return createdMillis;
    }

    /// When it ends or ended, in milliseconds since 1970.
    public long endsMillis() {
        return createdMillis + plan.time().toMillis();
    }

    public long expiresMillis() {
        return endsMillis() + plan.expires().toMillis();
    }

    public Status status() {
        if (cancelled) {
            return Status.CANCELLED;
        }
        Duration passed = passed();
        if (passed.compareTo(plan.time()) >= 0) {
            return plan.failure().isPresent() ? Status.FAILED : Status.COMPLETED;
        }
        // The first tenth of its time a render waits its turn.
        return passed.compareTo(plan.time().dividedBy(10)) < 0 ? Status.QUEUED : Status.IN_PROGRESS;
    }

    public boolean finished() {
        return cancelled || passed().compareTo(plan.time()) >= 0;
    }

    /// Ends it, unless it has ended; it stays on the bill.
    public void cancel() {
        cancelled |= !finished();
    }

    /// 0 to 100; a failed render stays where it was half-way.
    public int progress() {
        return switch (status()) {
            case QUEUED -> 0;
            case IN_PROGRESS ->
                Math.clamp(passed().toNanos() * 100 / plan.time().toNanos(), 1, 99);
            case COMPLETED -> 100;
            case FAILED, CANCELLED -> 50;
        };
    }

    /// Whether the file of a finished one can be fetched by now.
    public boolean processed() {
        return passed().compareTo(plan.time().plus(plan.processing())) >= 0;
    }

    public boolean expired() {
        return finished() && passed().compareTo(plan.time().plus(plan.expires())) >= 0;
    }

    public int downloads() {
        return downloads.get();
    }

    public void downloaded() {
        downloads.incrementAndGet();
    }

    public boolean deleted() {
        return deleted;
    }

    public void delete() {
        deleted = true;
    }

    private Duration passed() {
        return Duration.ofNanos(System.nanoTime() - createdNanos);
    }
}
