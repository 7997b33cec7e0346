package dev.millrace.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.worker.fixture.SharedWorker;
import dev.millrace.worker.fixture.Work;
import dev.millrace.worker.lease.LeaseKeeper;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What a live worker has by the database and knows nothing of, as after a claim whose answer was lost.
@DisplayNameGeneration(ReplaceUnderscores.class)
class ForgottenWorkTest {

    private final String worker =
            SharedWorker.get().bean(LeaseKeeper.class).worker().toString();
    private final Work work = SharedWorker.newWork();

    @Test
    void a_job_is_taken_back_and_runs() {
        var job = work.claimedBy(worker, "sim-chat");

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");

        assertThat(work.attempts(job)).containsExactly("1 abandoned worker_lost", "2 succeeded succeeded");
    }

    @Test
    void a_render_is_freed_and_followed_to_its_end() {
        var job = work.video("sim-video~render=50ms~poll-after=2s");
        work.alter(
                "update render set claimed_by = '" + worker + "', claim_no = claim_no + 1"
                        + " where job_id = :id and claimed_by is null",
                job);

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
        assertThat(work.number("select count(*) from attempt where job_id = :id", job))
                .as("it was not asked for again")
                .isEqualTo(1);
    }
}
