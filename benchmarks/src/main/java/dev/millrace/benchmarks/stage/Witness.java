package dev.millrace.benchmarks.stage;

import dev.millrace.benchmarks.control.ControlClient;
import dev.millrace.benchmarks.load.LoadResult;
import dev.millrace.benchmarks.witness.WitnessState;
import dev.millrace.quickstart.client.Project;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The witness's process, from the harness's side. It is told of every job that has ended.
public final class Witness {

    private static final Duration LOOK_EVERY = Duration.ofMillis(50);
    private static final Duration SILENCE = Duration.ofSeconds(60);

    private final ControlClient control;

    Witness(ControlClient control) {
        this.control = control;
    }

    /// Has it believe what is signed with these projects' secrets.
    void trust(List<Project> projects) {
        control.post(
                "/trust",
                Map.of("secrets", projects.stream().map(Project::webhookSecret).toList()));
    }

    /// What it has been told.
    public WitnessState told() {
        return control.post("/look", Map.of(), WitnessState.class);
    }

    /// The same; its latencies begin anew after this.
    public WitnessState toldUntilNow() {
        return control.post("/look", Map.of("anew", true), WitnessState.class);
    }

    /// Waits until it knows the end of every job that was accepted, as long as there is news at all.
    ///
    /// @param before how many it knew before
    /// @return how many are missing when there is no more news
    public long awaitTold(long before, LoadResult accepted) {
        return awaitTold(before + accepted.accepted());
    }

    /// Waits until it knows the end of so many jobs, as long as there is news at all.
    ///
    /// @return how many are missing when there is no more news
    public long awaitTold(long wanted) {
        return awaitTold(wanted, SILENCE);
    }

    /// @param silence how long no news means that nothing more will come
    public long awaitTold(long wanted, Duration silence) {
        long known = told().jobs();
        long newsAt = System.nanoTime();
        while (known < wanted && System.nanoTime() - newsAt < silence.toNanos()) {
            Waiting.pass(LOOK_EVERY);
            long now = told().jobs();
            if (now != known) {
                known = now;
                newsAt = System.nanoTime();
            }
        }
        return wanted - known;
    }
}
