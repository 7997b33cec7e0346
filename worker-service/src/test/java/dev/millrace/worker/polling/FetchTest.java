package dev.millrace.worker.polling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.asset.AssetStore;
import dev.millrace.worker.fixture.Provider;
import dev.millrace.worker.fixture.SharedWorker;
import dev.millrace.worker.fixture.Work;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// How a finished file comes into the asset store, and what is no file.
@DisplayNameGeneration(ReplaceUnderscores.class)
class FetchTest {

    private static final String BRIEF = "sim-video~render=50ms~poll-after=50ms";

    private final Provider provider = SharedWorker.provider();
    private final Work work = SharedWorker.newWork();

    FetchTest() {
        SharedWorker.get();
    }

    private static final String DUE =
            "update render set due_at = now() where job_id = :id and phase = 'fetch' and claimed_by is null";

    private static final String FAILED_ONCE =
            "select 1 from render where job_id = :id and phase = 'fetch' and errors > 0";

    private List<String> files(Work.Submitted job) throws IOException {
        try (var all = Files.walk(SharedWorker.assets())) {
            return all.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(job.id().hex()))
                    .toList();
        }
    }

    @Test
    void what_is_not_a_whole_video_is_a_failed_fetch_and_no_asset() {
        var jobs = List.of(
                work.video(BRIEF + "~content.truncate=100~content.times=1"),
                work.video(BRIEF + "~content.length=+7~content.times=1"),
                work.video(BRIEF + "~content.content-type=application/json~content.times=1"),
                work.video(BRIEF + "~content.body=json~content.times=1"),
                work.video(BRIEF + "~content.body=html~content.times=1"),
                work.video(BRIEF + "~content.body=nothing~content.times=1"),
                work.video(BRIEF + "~content.body=garbage~content.times=1"),
                work.video(BRIEF + "~content.reset=mid-body~content.times=1"),
                work.video(BRIEF + "~content.status=500~content.times=1"),
                work.video(BRIEF + "~content.status=404~content.times=1"),
                work.video(BRIEF + "~content.status=429~content.times=1"));

        assertThat(jobs).allSatisfy(job -> {
            assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
            assertThat(work.attempts(job)).containsExactly("1 succeeded succeeded");
            assertThat(provider.requests("video.create", job.prompt())).hasSize(1);
            assertThat(provider.requestsAboutRender("video.content", job.prompt()))
                    .hasSize(2);
            var path = SharedWorker.assets().resolve(work.text("select path from asset where job_id = :id", job));
            assertThat(Files.size(path))
                    .isEqualTo(work.number("select bytes from asset where job_id = :id", job))
                    .isGreaterThan(4_000);
            assertThat(files(job)).containsExactly(path.getFileName().toString());
        });
    }

    @Test
    void a_file_that_is_too_large_is_tried_until_the_providers_file_is_gone_and_leaves_nothing() throws Exception {
        var job = work.video(BRIEF + "~content.size=2000000");
        work.await(FAILED_ONCE, job);
        assertThat(work.number(
                        "select round(extract(epoch from deadline - polled_at)) from render where job_id = :id", job))
                .as("an hour from the poll that found it finished")
                .isBetween(3_590L, 3_600L);
        assertThat(files(job)).isEmpty();

        work.alter(
                "update render set deadline = now() - interval '1 second', due_at = now()"
                        + " where job_id = :id and claimed_by is null",
                job);

        assertThat(work.awaitEnd(job)).isEqualTo("failed");
        assertThat(work.errorCode(job)).isEqualTo("fetch_failed");
        assertThat(work.attempts(job)).containsExactly("1 failed fetch_failed");
        assertThat(work.texts("select 1 from asset where job_id = :id", job)).isEmpty();
        assertThat(files(job)).isEmpty();
    }

    private List<Double> waitsAfter(int errors, List<Work.Submitted> jobs) {
        var wait = "select extract(epoch from due_at - now()) from render"
                + " where job_id = :id and phase = 'fetch' and claimed_by is null and errors = " + errors;
        return jobs.stream()
                .map(job -> {
                    work.await(wait, job);
                    return Double.parseDouble(work.text(wait, job));
                })
                .toList();
    }

    @Test
    void errors_of_fetches_fail_nothing_and_back_off_with_jitter_up_to_a_minute() {
        var jobs = Stream.generate(() -> work.video(BRIEF + "~content.status=503"))
                .limit(6)
                .toList();
        jobs.forEach(job -> work.alter(
                "update render set due_at = now() + interval '1 hour', errors = 30"
                        + " where job_id = :id and phase = 'fetch' and errors > 0 and claimed_by is null",
                job));

        jobs.forEach(job -> work.alter(DUE, job));

        assertThat(waitsAfter(31, jobs))
                .allSatisfy(wait -> assertThat(wait).isBetween(20.0, 60.0))
                .anySatisfy(wait -> assertThat(wait).isLessThan(57.0));
        assertThat(jobs).allSatisfy(job -> assertThat(work.attempts(job)).containsExactly("1 accepted accepted"));
    }

    /// Stores a job's file whole, as a worker does that is lost before it can say so.
    private static void leaveBehind(Work.Submitted job) throws IOException {
        var bytes = new byte[1_000];
        System.arraycopy(new byte[] {0, 0, 0, 24, 'f', 't', 'y', 'p'}, 0, bytes, 0, 8);
        SharedWorker.get()
                .bean(AssetStore.class)
                .store(job.id(), 1, new ByteArrayInputStream(bytes), OptionalLong.of(1_000), "video/mp4");
    }

    @Test
    void it_is_taken_over_too_once_its_provider_has_left_the_configuration() throws Exception {
        var job = work.video(BRIEF + "~content.status=503");
        work.await(FAILED_ONCE, job);
        leaveBehind(job);

        work.alter(
                "update render set due_at = now(), provider = 'gone' where job_id = :id and claimed_by is null", job);

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
        assertThat(work.number("select bytes from asset where job_id = :id", job))
                .isEqualTo(1_000);
    }

    @Test
    void a_whole_file_that_another_left_behind_is_taken_over_instead_of_fetched_again() throws Exception {
        var job = work.video(BRIEF + "~content.status=503");
        work.await(FAILED_ONCE, job);
        leaveBehind(job);

        work.alter(DUE, job);

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
        assertThat(work.number("select bytes from asset where job_id = :id", job))
                .isEqualTo(1_000);
        assertThat(provider.renders(job.prompt()).getFirst().path("downloads").asInt())
                .isZero();
    }

    @Test
    void a_job_that_was_cancelled_while_it_rendered_stays_so_and_its_attempt_gets_its_file() {
        var job = work.video("sim-video~render=1s~poll-after=50ms");
        work.await("select 1 from render where job_id = :id", job);

        work.cancel(job);

        assertThat(work.awaitEnd(job)).isEqualTo("cancelled");
        work.await("select 1 from asset where job_id = :id", job);
        assertThat(work.awaitEnd(job)).isEqualTo("cancelled");
        assertThat(work.attempts(job)).containsExactly("1 succeeded succeeded");
    }
}
