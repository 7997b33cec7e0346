package dev.millrace.worker.polling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.worker.fixture.SharedWorker;
import dev.millrace.worker.fixture.Work;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// A render whose provider has left the configuration is followed like one whose provider does not answer.
@DisplayNameGeneration(ReplaceUnderscores.class)
class UnconfiguredProviderTest {

    private static final String GONE = "update render set provider = 'gone', due_at = now()";
    private static final String UNTAKEN = " where job_id = :id and claimed_by is null";

    private final Work work = SharedWorker.newWork();

    private Work.Submitted rendering(String model) {
        var job = work.video(model);
        work.await("select 1 from render where job_id = :id and polls > 0", job);
        return job;
    }

    @Test
    void its_render_waits_until_it_is_configured_again() {
        var job = rendering("sim-video~render=3s~poll-after=100ms");

        work.alter(GONE + UNTAKEN, job);
        work.await("select 1 from render" + UNTAKEN + " and errors > 0 and due_at > now()", job);
        assertThat(work.attempts(job)).singleElement().asString().startsWith("1 accepted ");
        work.alter("update render set provider = 'simulator', due_at = now()" + UNTAKEN, job);

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
    }

    @Test
    void a_render_that_nobody_can_ask_about_expires_when_its_time_is_over() {
        var job = rendering("sim-video~render=never~poll-after=100ms");

        work.alter(GONE + ", deadline = now()" + UNTAKEN, job);

        assertThat(work.awaitEnd(job)).isEqualTo("expired");
        assertThat(work.errorCode(job)).isEqualTo("render_timeout");
    }

    @Test
    void a_file_that_nobody_can_fetch_is_given_up_when_it_has_expired_there() {
        var job = rendering("sim-video~render=never~poll-after=100ms");

        work.alter(GONE + ", phase = 'fetch', deadline = now()" + UNTAKEN, job);

        assertThat(work.awaitEnd(job)).isEqualTo("failed");
        assertThat(work.errorCode(job)).isEqualTo("fetch_failed");
    }
}
