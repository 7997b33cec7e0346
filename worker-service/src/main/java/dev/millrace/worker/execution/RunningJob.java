package dev.millrace.worker.execution;

import dev.millrace.job.AttemptReport;
import dev.millrace.job.ClaimedJob;
import dev.millrace.job.JobKind;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A job in this worker's hands.
final class RunningJob {

    private final ClaimedJob job;
    private volatile @Nullable Thread thread;
    private volatile @Nullable AttemptReport call;
    private volatile boolean cancelled;
    private boolean noted;

    RunningJob(ClaimedJob job) {
        this.job = job;
    }

    ClaimedJob job() {
        return job;
    }

    void runsOn(Thread runner) {
        thread = runner;
    }

    /// A call to a provider begins. It is on record at once for a paid create; for a chat call once it has lasted.
    void calls(AttemptReport started) {
        noted = false;
        call = started;
    }

    /// The call leaves without these parameters.
    void leavesWithout(List<String> dropped) {
        var now = call;
        if (now != null && !dropped.isEmpty()) {
            // Where it took long to connect, it has been put on record without them.
            noted = false;
            call = now.dropping(dropped);
        }
    }

    /// The call that is under way, as far as it is known.
    AttemptReport call() {
        return Objects.requireNonNull(call);
    }

    void callEnded() {
        call = null;
    }

    /// The call that has lasted since before `since` and is not on record yet; it is handed out once.
    Optional<AttemptReport> longCall(Instant since) {
        var now = call;
        if (now == null || noted || now.startedAt().isAfter(since)) {
            return Optional.empty();
        }
        noted = true;
        return Optional.of(now);
    }

    boolean cancelled() {
        return cancelled;
    }

    /// Ends a chat call at once. A paid create is left alone: its answer must be read.
    void cancel() {
        cancelled = true;
        var runner = thread;
        if (runner != null && job.kind() == JobKind.CHAT && call != null) {
            runner.interrupt();
        }
    }
}
