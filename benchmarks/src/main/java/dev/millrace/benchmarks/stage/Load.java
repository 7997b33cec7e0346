package dev.millrace.benchmarks.stage;

import dev.millrace.benchmarks.control.ControlClient;
import dev.millrace.benchmarks.load.LoadPlan;
import dev.millrace.benchmarks.load.LoadResult;
import java.time.Duration;
import java.util.Map;

/// The load generator's process, from the harness's side.
public final class Load {

    private static final Duration LOOK_EVERY = Duration.ofMillis(25);

    private final ControlClient control;

    Load(ControlClient control) {
        this.control = control;
    }

    public void start(LoadPlan plan) {
        control.post("/start", plan);
    }

    /// How it goes, or went.
    public LoadResult look() {
        return control.post("/state", Map.of(), LoadResult.class);
    }

    /// Ends the sending, and waits for the last answers.
    public LoadResult stop() {
        control.post("/stop", Map.of());
        return await(Duration.ofMinutes(1));
    }

    /// Carries out a plan that has an end.
    public LoadResult run(LoadPlan plan) {
        start(plan);
        return await(Duration.ofHours(1));
    }

    private LoadResult await(Duration atMost) {
        if (!Waiting.until(() -> look().done(), LOOK_EVERY, atMost)) {
            throw new IllegalStateException("The load generator did not end");
        }
        return look();
    }
}
