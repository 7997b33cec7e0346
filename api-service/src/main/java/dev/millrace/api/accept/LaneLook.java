package dev.millrace.api.accept;

import dev.millrace.database.DatabaseWatch;
import dev.millrace.dispatch.LaneWatch;
import dev.millrace.loop.Loop;
import java.time.Duration;
import java.util.List;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/// Looks at the lanes, the queues and who is late, and draws places in the lanes, in the background, so that no
/// submission has to. While the database is away it looks on and keeps quiet: [DatabaseWatch] says it.
@Component
final class LaneLook extends Loop {

    private static final Duration TICK = Duration.ofMillis(50);
    private static final Duration EVERY = Duration.ofMillis(100);
    private static final Duration PACE_EVERY = Duration.ofMillis(250);
    private static final Duration COUNT_EVERY = Duration.ofSeconds(1);

    /// What takes long is not repeated before this many times its own duration, so that it costs little at any size.
    private static final int SHARE = 20;

    /// What grows with the queue takes a processor from everybody else, all at once.
    private static final int SHARE_OF_COUNTING = 100;

    /// Drawing waits for a dispatcher in the middle of its pass, which costs nothing.
    private static final int SHARE_OF_DRAWING = 2;

    private final DatabaseWatch watch;
    private final List<Look> looks;

    LaneLook(DatabaseWatch watch, LaneWatch lanes, QueueLimit queues, StoredLimit stored, Pace pace) {
        super("lane-look", SmartLifecycle.DEFAULT_PHASE);
        this.watch = watch;
        this.looks = List.of(
                new Look(EVERY, SHARE, lanes::look),
                new Look(TICK, SHARE_OF_DRAWING, lanes::draw),
                new Look(PACE_EVERY, SHARE, pace::look),
                new Look(COUNT_EVERY, SHARE_OF_COUNTING, lanes::count),
                new Look(COUNT_EVERY, SHARE_OF_COUNTING, queues::count),
                new Look(COUNT_EVERY, SHARE_OF_COUNTING, stored::count));
    }

    /// One thing to look at, and when next.
    private static final class Look {
        private final Duration every;
        private final int share;
        private final Runnable look;
        private long dueAt = System.nanoTime();

        Look(Duration every, int share, Runnable look) {
            this.every = every;
            this.share = share;
            this.look = look;
        }

        void ifDue() {
            long began = System.nanoTime();
            if (began - dueAt >= 0) {
                try {
                    look.run();
                } finally {
                    dueAt = began + Math.max(every.toNanos(), (System.nanoTime() - began) * share);
                }
            }
        }
    }

    @Override
    protected Duration round() {
        if (watch.migrated()) {
            looks.forEach(Look::ifDue);
        }
        return TICK;
    }
}
