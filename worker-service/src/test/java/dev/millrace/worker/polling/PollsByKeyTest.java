package dev.millrace.worker.polling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.worker.fixture.Provider;
import dev.millrace.worker.fixture.RunningWorker;
import dev.millrace.worker.fixture.Work;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Four polls at once in a worker, two of them with one key.
@DisplayNameGeneration(ReplaceUnderscores.class)
class PollsByKeyTest {

    private static final String BRIEF = "sim-video~render=50ms~poll-after=50ms";

    @Test
    void a_key_whose_polls_hang_has_its_own_turns_and_delays_the_renders_of_no_other(@TempDir Path folder) {
        var provider = new Provider();
        var hanging = new Provider();
        try (var database = TestDatabase.create();
                var worker = RunningWorker.start(
                        database,
                        provider,
                        folder,
                        "millrace.worker.poll-slots=4",
                        "millrace.worker.polls-per-key=2",
                        "millrace.render.poll-deadline=5m",
                        "millrace.providers.hanging.type=openai",
                        "millrace.providers.hanging.base-url=" + hanging.baseUrl(),
                        "millrace.providers.hanging.keys=sk-that-hangs",
                        "millrace.models.hanging-video.kind=video",
                        "millrace.models.hanging-video.deployments[0].provider=hanging",
                        "millrace.models.hanging-video.deployments[0].model=" + BRIEF)) {
            assertThat(worker).isNotNull();
            var work = new Work(database);
            var slow = new ArrayList<Work.Submitted>();
            try (var polls = hanging.hold("video.poll", "request-read")) {
                for (int i = 0; i < 6; i++) {
                    slow.add(work.video("hanging-video"));
                }
                polls.awaitHeld(2);
                slow.forEach(job -> work.await(
                        "select 1 from render where job_id = :id and due_at < now() - interval '200 ms'", job));

                for (int i = 0; i < 3; i++) {
                    assertThat(work.awaitEnd(work.video(BRIEF))).isEqualTo("succeeded");
                }

                assertThat(polls.arrived()).isEqualTo(2);
            }
            assertThat(slow).allSatisfy(job -> assertThat(work.awaitEnd(job)).isEqualTo("succeeded"));
        }
    }
}
