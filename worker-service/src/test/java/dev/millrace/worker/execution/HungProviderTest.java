package dev.millrace.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.worker.fixture.Provider;
import dev.millrace.worker.fixture.RunningWorker;
import dev.millrace.worker.fixture.TestRoute;
import dev.millrace.worker.fixture.Work;
import dev.millrace.worker.fixture.Work.Submitted;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A provider that takes calls and answers none: what it has no place for waits in the queue, and not in the slots
/// that the jobs of other providers need.
@DisplayNameGeneration(ReplaceUnderscores.class)
class HungProviderTest {

    private static final int PLACES = 3;
    private static final int SLOTS = 5;

    private static final String PUT_BACK = """
            select 1 from job_event where job_id = :id and type = 'job.queued' and detail ->> 'reason' = 'no_capacity'
            """;

    @TempDir
    Path assets;

    private final TestDatabase database = TestDatabase.create();
    private final Work work = new Work(database);
    private final TestRoute hung = new TestRoute("hung").deployment("sim-chat~tag=hung");
    private final TestRoute alive = new TestRoute("alive").deployment("sim-chat~latency=20ms");

    @AfterEach
    void end() {
        database.close();
    }

    private RunningWorker start() {
        var settings = new ArrayList<>(hung.settings());
        settings.addAll(alive.settings());
        settings.add("millrace.providers.hung.calls=" + PLACES);
        settings.add("millrace.worker.chat-slots=" + SLOTS);
        return RunningWorker.start(database, new Provider(), assets, settings.toArray(String[]::new));
    }

    @Test
    void a_provider_that_hangs_fills_its_own_slots_only_and_the_jobs_of_another_finish() {
        try (var worker = start();
                var hold = hung.provider(1).hold("chat", "before-answer")) {
            var hanging = IntStream.range(0, 4 * SLOTS)
                    .mapToObj(i -> work.chat(hung.model()))
                    .toList();
            hold.awaitHeld(PLACES);

            var others = IntStream.range(0, 4 * SLOTS)
                    .mapToObj(i -> work.chat(alive.model()))
                    .toList();

            for (var job : others) {
                assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
                assertThat(work.attempts(job)).containsExactly("1 succeeded succeeded");
            }
            assertThat(hung.provider(1).requests("chat"))
                    .as("no more than its places")
                    .hasSize(PLACES);
            assertThat(worker.bean(MeterRegistry.class)
                            .get("millrace.deployment.places")
                            .gauge()
                            .value())
                    .isGreaterThanOrEqualTo(PLACES);
            var waiting = hanging.stream().filter(job -> !isHeld(job)).toList();
            assertThat(waiting).hasSize(hanging.size() - PLACES);
            for (var job : waiting) {
                work.await(PUT_BACK, job);
                assertThat(work.attempts(job)).as("to wait costs none").isEmpty();
            }

            hold.close();

            for (var job : hanging) {
                assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
                assertThat(work.attempts(job)).containsExactly("1 succeeded succeeded");
            }
            for (var job : waiting) {
                assertThat(work.texts("select type from job_event where job_id = :id order by sequence", job))
                        .as("however often it found no place")
                        .containsExactly("job.running", "job.queued", "job.running", "job.succeeded");
            }
        }
    }

    private boolean isHeld(Submitted job) {
        return !hung.calls(1, job).isEmpty();
    }
}
