package dev.millrace.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.quickstart.platform.PlatformPorts;
import dev.millrace.quickstart.process.ServiceProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A worker that is asked to stop (SIGTERM) takes nothing new, ends what it has, and hands the rest to its neighbour.
@Tag("faults")
@DisplayNameGeneration(ReplaceUnderscores.class)
class WorkerStoppedIT {

    private static final Duration LONGER_THAN_ANY_DRAIN = Duration.ofSeconds(40);

    @TempDir
    static Path folder;

    private static Stage stage;

    @BeforeAll
    static void start() {
        stage = Stage.set(
                folder,
                PlatformPorts.free(),
                builder -> builder.workers(2)
                        .setting("millrace.worker.drain", "3s")
                        .chatModel("brief-chat", "sim-chat~latency=200ms"));
    }

    @AfterAll
    static void stop() {
        stage.close();
    }

    @AfterEach
    void bringStoppedWorkersBack() {
        for (var worker : stage.platform().workers()) {
            if (!worker.isAlive()) {
                stage.platform().startAndAwait(worker);
            }
        }
    }

    private static void assertHoldsNothing(ServiceProcess worker) {
        assertThat(stage.records().count("""
                        select count(*) from worker w
                        where split_part(w.name, ':', 2) = ?
                          and (w.id in (select owner from job_run) or w.id in (select claimed_by from render)
                               or w.id in (select claimed_by from delivery_due))
                        """, Long.toString(worker.pid())))
                .as("what the stopped worker still has")
                .isZero();
    }

    private static List<String> attempts(String job) {
        return stage.platform()
                .jobs()
                .attempts(job)
                .path("data")
                .valueStream()
                .map(attempt -> attempt.path("status").asString())
                .toList();
    }

    @Test
    void calls_under_way_end_in_their_own_time_and_none_is_repeated() {
        var jobs = new ArrayList<String>();
        for (int i = 0; i < 40; i++) {
            jobs.add(stage.submitChat("brief-chat", Stage.newPrompt()));
        }
        var worker = stage.platform().worker(0);

        assertThat(worker.terminate(LONGER_THAN_ANY_DRAIN)).isTrue();

        assertThat(worker.exitCode()).contains(143);
        assertHoldsNothing(worker);
        assertThat(jobs).allSatisfy(job -> {
            assertThat(stage.awaitEnd(job).status()).isEqualTo("succeeded");
            assertThat(attempts(job)).containsExactly("succeeded");
        });
    }

    @Test
    void a_call_that_outlasts_the_drain_is_handed_to_the_neighbour_at_once() {
        try (var hold = stage.witness().hold("chat", "before-answer")) {
            var job = stage.submitChat("chat", Stage.newPrompt());
            hold.awaitHeld(1);
            var worker = stage.holder(job);

            assertThat(worker.terminate(LONGER_THAN_ANY_DRAIN)).isTrue();

            assertHoldsNothing(worker);
            assertThat(stage.awaitEnd(job).status()).isEqualTo("succeeded");
            assertThat(attempts(job)).containsExactly("abandoned", "succeeded");
        }
    }

    @Test
    void a_create_without_an_answer_is_looked_up_by_the_neighbour_and_billed_once() {
        var prompt = Stage.newPrompt();
        String job;
        try (var hold = stage.witness().hold("video.create", "request-read")) {
            job = stage.submitVideo("video", prompt);
            hold.awaitHeld(1);
            var worker = stage.holder(job);

            assertThat(worker.terminate(LONGER_THAN_ANY_DRAIN)).isTrue();

            assertHoldsNothing(worker);
            assertThat(attempts(job)).containsExactly("indeterminate");
            hold.release();
        }
        assertThat(stage.awaitEnd(job).status()).isEqualTo("succeeded");
        assertThat(stage.witness().renders(prompt)).hasSize(1);
        assertThat(stage.witness().requests("video.create", prompt)).hasSize(1);
    }
}
