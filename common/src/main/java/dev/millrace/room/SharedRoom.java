package dev.millrace.room;

import java.util.HashMap;
import java.util.Map;

/// Room for so much at once that several share, such as projects. None takes it all ([Threshold]), so that whoever
/// comes next is let in.
public final class SharedRoom<K> {

    private final long most;
    private final long mostOfOne;
    private final Map<K, Long> held = new HashMap<>();
    private long taken;

    /// @param most of all together
    /// @param mostOfOne of one alone, however much is free
    public SharedRoom(long most, long mostOfOne) {
        this.most = most;
        this.mostOfOne = mostOfOne;
    }

    public SharedRoom(long most) {
        this(most, most);
    }

    /// Whether there is room for so much more of one's. A mere question.
    public synchronized boolean has(K who, long more) {
        long now = held.getOrDefault(who, 0L);
        return now + more <= mostOfOne && Threshold.allowsMore(now, more, most - taken);
    }

    /// Takes room, if there is so much.
    public synchronized boolean take(K who, long more) {
        if (!has(who, more)) {
            return false;
        }
        held.merge(who, more, Long::sum);
        taken += more;
        return true;
    }

    /// @param less of what was taken
    public synchronized void give(K who, long less) {
        held.computeIfPresent(who, (key, now) -> now > less ? now - less : null);
        taken -= less;
    }

    /// How much is taken now.
    public synchronized long taken() {
        return taken;
    }
}
