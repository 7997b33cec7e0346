package dev.millrace.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.quickstart.client.TimelineEntry;
import dev.millrace.quickstart.platform.PlatformPorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How soon a job is taken up that nothing else keeps company.
@Tag("alone")
@DisplayNameGeneration(ReplaceUnderscores.class)
class PickupIT {

    private static final int JOBS = 16;

    /// Long enough for the worker's last question to the broker to have been answered with nothing.
    private static final Duration PAUSE = Duration.ofMillis(650);

    @TempDir
    Path folder;

    @Test
    void a_job_that_comes_after_a_pause_waits_for_no_poll_to_end() throws Exception {
        try (var stage = Stage.set(folder, PlatformPorts.free(), builder -> builder.workers(1))) {
            stage.awaitEnd(stage.submitChat("chat", "the first one warms everything"));
            var pickups = submittedApart(stage).stream()
                    .peek(stage::awaitEnd)
                    .map(job -> pickup(stage.platform().jobs().timeline(job)))
                    .sorted()
                    .toList();
            // Three of four, since this machine may be busy with something else now and then. Where Kafka's client
            // asked
            // once a second, half of them waited up to 500 ms.
            assertThat(pickups.get(JOBS * 3 / 4)).as("pickups %s", pickups).isLessThan(Duration.ofMillis(150));
        }
    }

    private static List<String> submittedApart(Stage stage) throws InterruptedException, ExecutionException {
        try (var timer = Executors.newSingleThreadScheduledExecutor()) {
            var submitted = new ArrayList<Future<String>>();
            for (int i = 0; i < JOBS; i++) {
                submitted.add(timer.schedule(
                        () -> stage.submitChat("chat", Stage.newPrompt()),
                        PAUSE.toMillis() * (i + 1),
                        TimeUnit.MILLISECONDS));
            }
            var jobs = new ArrayList<String>();
            for (var job : submitted) {
                jobs.add(job.get());
            }
            return jobs;
        }
    }

    private static Duration pickup(List<TimelineEntry> timeline) {
        return Duration.between(at(timeline, "accepted"), at(timeline, "running"));
    }

    private static java.time.Instant at(List<TimelineEntry> timeline, String what) {
        return timeline.stream()
                .filter(entry -> entry.what().equals(what))
                .findFirst()
                .orElseThrow()
                .at();
    }
}
