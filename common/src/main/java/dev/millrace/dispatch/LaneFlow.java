package dev.millrace.dispatch;

/// How much of a lane's room is filled from its backlog: what the workers take up in a quarter of a second. More would
/// only stand in Kafka, before the job of a project that has nothing else waiting.
///
/// Where several workers dispatch in turns, each sees its own part of what is taken up and fills less at a time; they
/// come by as much more often.
final class LaneFlow {

    /// Enough for some thousands a second, whatever was seen so far.
    private static final int LEAST = 128;

    private static final double SECONDS = 0.25;

    /// How far back the average reaches.
    private static final double MEMORY_NANOS = 1e9;

    private final int room;
    private double perSecond;
    private long at;

    /// @param room most that is ever filled
    /// @param now by the monotonic clock
    LaneFlow(int room, long now) {
        this.room = room;
        this.at = now;
    }

    synchronized int room() {
        return Math.min(room, Math.max(LEAST, (int) (perSecond * SECONDS)));
    }

    /// What was dispatched since the last time, which is what was taken up while there is more.
    synchronized void moved(int jobs, long now) {
        double passed = Math.max(1, now - at);
        at = now;
        perSecond += (1 - Math.exp(-passed / MEMORY_NANOS)) * (jobs * 1e9 / passed - perSecond);
    }
}
