package dev.millrace.worker.polling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.worker.fixture.Provider;
import dev.millrace.worker.fixture.RunningWorker;
import dev.millrace.worker.fixture.Work;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A key whose polls are to pause for an hour.
@DisplayNameGeneration(ReplaceUnderscores.class)
class PollPauseTest {

    private static final String BRIEF = "sim-video~render=50ms~poll-after=50ms";

    @TempDir
    Path assets;

    private final TestDatabase database = TestDatabase.create();
    private final Provider provider = new Provider();
    private final Work work = new Work(database);
    private RunningWorker worker;

    @BeforeEach
    void start() {
        worker = RunningWorker.start(database, provider, assets);
    }

    @AfterEach
    void end() {
        worker.close();
        database.close();
    }

    private Work.Submitted parkedFor(String wait) {
        var job = work.video(BRIEF + "~render=never~poll-after=1h");
        work.alter(
                "update render set due_at = now() + interval '" + wait
                        + "' where job_id = :id and phase = 'poll' and claimed_by is null",
                job);
        return job;
    }

    /// Has one poll answered with 429 and an hour.
    private Work.Submitted refused() {
        provider.behave("video.poll", Map.of("status", 429, "retry-after", "3600"), 1);
        var job = work.video(BRIEF);
        work.await("select 1 from render where job_id = :id and polls = 1 and claimed_by is null", job);
        return job;
    }

    @Test
    void what_no_worker_has_taken_up_rests_in_the_database() {
        var parked = parkedFor("10 minutes");
        refused();
        work.await("select 1 from render where job_id = :id and due_at > now() + interval '59 minutes'", parked);
    }

    @Test
    void at_the_end_of_its_time_a_render_is_polled_all_the_same() {
        var job = refused();
        work.alter("update render set deadline = now(), due_at = now() where job_id = :id and claimed_by is null", job);

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
        assertThat(provider.requestsAboutRender("video.poll", job.prompt())).hasSize(2);
    }

    @Test
    void its_pause_ends_with_its_time() {
        var job = refused();
        work.alter(
                "update render set deadline = now() + interval '8 seconds', due_at = now()"
                        + " where job_id = :id and claimed_by is null",
                job);

        work.await(
                "select 1 from render where job_id = :id and claimed_by is null"
                        + " and due_at between deadline - interval '4 s' and deadline + interval '1 s'",
                job);
        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
    }

    @Test
    void a_lookup_is_asked_all_the_same() {
        refused();
        var lost = work.video(BRIEF + "~accept-then=reset");
        work.await("select 1 from attempt where job_id = :id and outcome = 'adopted'", lost);
    }
}
