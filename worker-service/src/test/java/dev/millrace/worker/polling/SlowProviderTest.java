package dev.millrace.worker.polling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.worker.fixture.Provider;
import dev.millrace.worker.fixture.RunningWorker;
import dev.millrace.worker.fixture.Work;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A provider that is slow holds its own slots only: eighteen polls and nine fetches at once in a worker, which two
/// providers share.
@DisplayNameGeneration(ReplaceUnderscores.class)
class SlowProviderTest {

    private static final String BRIEF = "sim-video~render=1ms~poll-after=50ms";

    private static final String STILL_DUE = "select 1 from render where job_id = :id and phase = '%s'"
            + " and claimed_by is null and due_at < now() and errors = 0 and polls = %d";

    private final Provider provider = new Provider();
    private final Provider slow = new Provider();

    /// The slow provider has two keys, with nine polls at once each.
    private RunningWorker start(TestDatabase database, Path folder, String pollDeadline) {
        return RunningWorker.start(
                database,
                provider,
                folder,
                "millrace.worker.poll-slots=18",
                "millrace.worker.polls-per-key=9",
                "millrace.worker.fetch-slots=9",
                "millrace.render.poll-deadline=" + pollDeadline,
                "millrace.providers.slow.type=openai",
                "millrace.providers.slow.base-url=" + slow.baseUrl(),
                "millrace.providers.slow.keys=sk-one-of-two,sk-two-of-two",
                "millrace.models.slow-video.kind=video",
                "millrace.models.slow-video.deployments[0].provider=slow",
                "millrace.models.slow-video.deployments[0].model=" + BRIEF);
    }

    private static List<Work.Submitted> slowVideos(Work work, int count) {
        return Stream.generate(() -> work.video("slow-video")).limit(count).toList();
    }

    private static List<String> events(Work work, Work.Submitted job) {
        return work.texts("select type from job_event where job_id = :id order by sequence", job);
    }

    /// Those that wait for a slot, when so many do: due as they were, nobody's, and nothing has happened to them.
    private static void awaitDue(int count, String phase, int polls, Work work, List<Work.Submitted> jobs) {
        Awaitility.await(count + " wait")
                .atMost(Work.SOON)
                .until(() -> jobs.stream()
                                .filter(job -> !work.texts(STILL_DUE.formatted(phase, polls), job)
                                        .isEmpty())
                                .count()
                        == count);
    }

    @Test
    void a_provider_whose_polls_hang_leaves_another_s_polls_their_rhythm(@TempDir Path folder) {
        try (var database = TestDatabase.create();
                var worker = start(database, folder, "5m")) {
            assertThat(worker).isNotNull();
            var work = new Work(database);
            List<Work.Submitted> hanging;
            try (var polls = slow.hold("video.poll", "request-read")) {
                hanging = slowVideos(work, 24);
                polls.awaitHeld(16);
                hanging.forEach(job -> work.await("select 1 from render where job_id = :id and due_at < now()", job));

                var other = work.video("sim-video~render=2s~poll-after=100ms");

                assertThat(work.awaitEnd(other)).isEqualTo("succeeded");
                assertThat(provider.requestsAboutRender("video.poll", other.prompt()))
                        .hasSizeGreaterThan(4);
                assertThat(polls.arrived()).as("eight ninths").isEqualTo(16);
                awaitDue(8, "poll", 0, work, hanging);
            }
            assertThat(hanging).allSatisfy(job -> {
                assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
                assertThat(events(work, job)).containsExactly("job.running", "job.rendering", "job.succeeded");
            });
        }
    }

    @Test
    void a_slow_file_host_leaves_another_provider_s_fetch_its_slot_and_delays_no_poll(@TempDir Path folder) {
        try (var database = TestDatabase.create();
                var worker = start(database, folder, "5m")) {
            assertThat(worker).isNotNull();
            var work = new Work(database);
            List<Work.Submitted> waiting;
            try (var files = slow.hold("video.content", "request-read")) {
                waiting = slowVideos(work, 24);
                files.awaitHeld(8);
                waiting.forEach(job -> work.await("select 1 from render where job_id = :id and phase = 'fetch'", job));

                assertThat(work.awaitEnd(work.video(BRIEF))).isEqualTo("succeeded");

                assertThat(files.arrived()).as("eight ninths").isEqualTo(8);
                awaitDue(16, "fetch", 1, work, waiting);
            }
            assertThat(waiting).allSatisfy(job -> {
                assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
                assertThat(slow.requestsAboutRender("video.poll", job.prompt())).hasSize(1);
                assertThat(slow.requestsAboutRender("video.content", job.prompt()))
                        .hasSize(1);
                assertThat(events(work, job)).containsExactly("job.running", "job.rendering", "job.succeeded");
            });
        }
    }

    @Test
    void a_file_has_the_time_of_a_fetch_to_come_also_right_after_the_poll(@TempDir Path folder) {
        try (var database = TestDatabase.create();
                var worker = start(database, folder, "1s")) {
            assertThat(worker).isNotNull();
            var work = new Work(database);

            var job = work.video(BRIEF + "~content.latency=2s");

            assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
            assertThat(provider.requestsAboutRender("video.content", job.prompt()))
                    .hasSize(1);
        }
    }
}
