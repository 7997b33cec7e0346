package dev.millrace.api.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.SharedApi;
import dev.millrace.api.fixture.TestWorker;
import dev.millrace.job.JobId;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class CancellingTest {

    private final RunningApi api = SharedApi.get();
    private final ApiClient caller = api.newCaller();
    private final TestWorker worker = api.worker();

    @Test
    void a_queued_job_ends_at_once() {
        var id = caller.submitChat();

        var cancelled = cancel(id);

        assertThat(cancelled.status()).isEqualTo(200);
        assertThat(cancelled.json().path("status").asString()).isEqualTo("cancelled");
        assertThat(cancelled.json().path("error").path("code").asString()).isEqualTo("cancelled");
        assertThat(cancelled.json().path("finished_at").isNumber()).isTrue();
    }

    @Test
    void a_running_job_is_marked_and_ends_when_its_holder_ends_it() {
        var id = caller.submitChat();
        var claimed = worker.claim(id);

        assertThat(cancel(id).json().path("status").asString()).isEqualTo("running");
        worker.succeed(claimed, "{}", null);

        assertThat(caller.job(id).json().path("status").asString())
                .as("the cancel was committed first")
                .isEqualTo("cancelled");
    }

    @Test
    void a_held_job_can_be_cancelled() {
        var id = caller.submitVideo();
        worker.hold(worker.claim(id), "lookup_unsupported");

        var cancelled = cancel(id).json();

        assertThat(cancelled.path("status").asString()).isEqualTo("cancelled");
        assertThat(cancelled.path("hold").isNull()).isTrue();
    }

    @Test
    void a_finished_job_is_answered_with_200_and_unchanged() {
        var id = caller.submitChat();
        worker.succeed(worker.claim(id), "{}", null);
        var finished = caller.job(id).json();

        var cancelled = cancel(id);

        assertThat(cancelled.status()).isEqualTo(200);
        assertThat(cancelled.json()).isEqualTo(finished);
        assertThat(cancel(id).json()).isEqualTo(finished);
    }

    @Test
    void a_body_is_neither_needed_nor_read() {
        assertThat(caller.post("/v1/jobs/" + caller.submitChat() + "/cancel", "{}")
                        .status())
                .isEqualTo(200);
        assertThat(caller.post("/v1/jobs/" + caller.submitChat() + "/cancel", "not JSON")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void a_job_that_nobody_has_is_a_404() {
        assertThat(cancel(JobId.next().toString()).status()).isEqualTo(404);
        assertThat(cancel("job_1").status()).isEqualTo(404);
    }

    private dev.millrace.api.fixture.Reply cancel(String id) {
        return caller.post("/v1/jobs/" + id + "/cancel");
    }
}
