package dev.millrace.job;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Memory for the requests of the jobs that a process has in hand: a claim takes only what fits. Small requests need
/// none beside their slots, so they go on while large ones wait.
///
/// What does not fit is passed over: it stays dispatched, and is taken by the sweep as soon as it fits, in the order in
/// which it was dispatched. Until none is left, no token brings another large one in between, so that the oldest gets
/// as much as it needs. Queues that both have such jobs take turns.
public final class RequestRoom {

    /// A request of at most so many bytes is small.
    static final int SMALL = 8 * 1024;

    /// Those that wait are told when this part of the room has come free.
    private static final int PART = 16;

    /// Jobs that are taken in one order.
    record Queue(JobKind kind, boolean takenBack) {}

    /// What one claim may take of large requests.
    ///
    /// @param bytes of all together
    /// @param any whether the first may be larger, since nothing else is in hand
    /// @param again whether those are looked at that were passed over before
    record Allowance(long bytes, boolean any, boolean again) {}

    /// @param bytes of the first job that was left for lack of room
    record Left(JobKind kind, long bytes) {}

    /// What a claim came to.
    record Claim(List<ClaimedJob> jobs, Optional<Left> left) {
        Claim {
            jobs = List.copyOf(jobs);
        }
    }

    interface Claiming {
        Claim within(Allowance allowance);
    }

    private final long most;
    private final ReentrantLock oneAtATime = new ReentrantLock();

    /// The queues that have jobs which were passed over, with the bytes of the first.
    private final Map<Queue, Long> behind = new HashMap<>();

    private @Nullable Queue turn;
    private long taken;
    private volatile Runnable listener = () -> {};

    /// @param most bytes of large requests in hand; a single one may be larger
    public RequestRoom(long most) {
        this.most = most;
    }

    /// @param freed is called when room has come free for jobs that were passed over
    public void whenFreed(Runnable freed) {
        listener = freed;
    }

    /// Bytes of the large requests in hand.
    public synchronized long taken() {
        return taken;
    }

    /// Nothing of a queue can be taken now for another reason: it gives its turn to the next.
    public synchronized void passTurn(JobKind kind, boolean takenBack) {
        if (new Queue(kind, takenBack).equals(turn)) {
            turn = null;
        }
    }

    /// A job that was claimed is not in hand any more.
    public void give(ClaimedJob job) {
        if (free(bytes(job))) {
            listener.run();
        }
    }

    private synchronized boolean free(long bytes) {
        taken -= bytes;
        return bytes > 0
                && !behind.isEmpty()
                && (taken == 0
                        || most - taken
                                >= Math.max(
                                        most / PART, behind.values().stream().reduce(most, Math::min)));
    }

    /// Whether jobs of a lane were passed over that are still there, as far as is known.
    synchronized boolean passedOver(JobKind kind) {
        return behind.containsKey(new Queue(kind, false));
    }

    /// Claims jobs as their tokens come.
    List<ClaimedJob> claimNamed(Claiming claiming) {
        return claim(null, claiming);
    }

    /// Claims the oldest jobs of a queue.
    List<ClaimedJob> claimOldest(Queue queue, Claiming claiming) {
        return claim(queue, claiming);
    }

    /// One at a time: what one claim may take is not promised to another before it is known what the first has taken.
    private List<ClaimedJob> claim(@Nullable Queue queue, Claiming claiming) {
        oneAtATime.lock();
        try {
            var allowance = allowance(queue);
            var claim = claiming.within(allowance);
            note(queue, allowance, claim);
            return claim.jobs();
        } finally {
            oneAtATime.unlock();
        }
    }

    private synchronized Allowance allowance(@Nullable Queue queue) {
        boolean others = queue == null ? !behind.isEmpty() : turn != null && !turn.equals(queue);
        long free = Math.max(0, most - taken);
        boolean enough = taken == 0 || queue == null || free >= behind.getOrDefault(queue, 0L);
        if (!others && !enough) {
            turn = queue;
        }
        return others || !enough ? new Allowance(0, false, false) : new Allowance(free, taken == 0, true);
    }

    private synchronized void note(@Nullable Queue queue, Allowance allowance, Claim claim) {
        long bytes = claim.jobs().stream().mapToLong(RequestRoom::bytes).sum();
        taken += bytes;
        if (queue == null) {
            claim.left().ifPresent(left -> behind.putIfAbsent(new Queue(left.kind(), false), left.bytes()));
        } else if (!allowance.again()) {
            claim.left().ifPresent(left -> behind.putIfAbsent(queue, left.bytes()));
        } else if (claim.left().isPresent()) {
            behind.put(queue, claim.left().get().bytes());
            turn = bytes > 0 ? null : queue;
        } else {
            behind.remove(queue);
            turn = null;
        }
    }

    private static long bytes(ClaimedJob job) {
        return job.request().length > SMALL ? job.request().length : 0;
    }
}
