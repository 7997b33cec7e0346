package dev.millrace.api.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.SharedApi;
import dev.millrace.api.fixture.TestWorker;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.Ending;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class JobAsSeenTest {

    private final RunningApi api = SharedApi.get();
    private final ApiClient caller = api.newCaller();
    private final TestWorker worker = api.worker();

    @Test
    void a_job_has_always_the_same_members_in_the_same_order() {
        var job = caller.job(caller.submitChat()).json();

        assertThat(job.propertyNames())
                .containsExactly(
                        "id",
                        "object",
                        "kind",
                        "status",
                        "model",
                        "created_at",
                        "started_at",
                        "finished_at",
                        "run_at",
                        "sequence",
                        "attempts",
                        "progress",
                        "error",
                        "usage",
                        "metadata",
                        "hold");
    }

    @Test
    void times_are_Unix_seconds_and_what_is_absent_is_null() {
        var job = caller.job(caller.submitChat()).json();

        assertThat(job.path("created_at").asLong())
                .isBetween(System.currentTimeMillis() / 1000 - 5, System.currentTimeMillis() / 1000 + 1);
        assertThat(job.path("run_at").asLong()).isEqualTo(job.path("created_at").asLong());
        for (var absent : List.of("started_at", "finished_at", "error", "usage", "hold")) {
            assertThat(job.get(absent).isNull()).as(absent).isTrue();
        }
    }

    @Test
    void a_claimed_job_is_running_and_has_no_time_to_run_at() {
        var id = caller.submitChat();
        worker.claim(id);

        var job = caller.job(id).json();

        assertThat(job.path("status").asString()).isEqualTo("running");
        assertThat(job.path("sequence").asInt()).isEqualTo(2);
        assertThat(job.path("started_at").isNumber()).isTrue();
        assertThat(job.path("run_at").isNull()).isTrue();
    }

    @Test
    void a_job_that_succeeded_shows_usage_and_all_of_its_progress() {
        var id = caller.submitChat();
        worker.succeed(worker.claim(id), "{}", "{\"prompt_tokens\":9,\"total_tokens\":11}");

        var job = caller.job(id).json();

        assertThat(job.path("status").asString()).isEqualTo("succeeded");
        assertThat(job.path("progress").asInt()).isEqualTo(100);
        assertThat(job.path("attempts").asInt()).isEqualTo(1);
        assertThat(job.path("usage").path("total_tokens").asInt()).isEqualTo(11);
        assertThat(job.path("finished_at").isNumber()).isTrue();
    }

    @Test
    void a_job_that_failed_shows_its_error() {
        var id = caller.submitChat();
        worker.fail(worker.claim(id), "provider_error", "upstream_failed", "The provider failed.");

        var job = caller.job(id).json();

        assertThat(job.path("status").asString()).isEqualTo("failed");
        assertThat(job.path("error").path("code").asString()).isEqualTo("upstream_failed");
        assertThat(job.path("error").path("message").asString()).isEqualTo("The provider failed.");
    }

    @Test
    void a_held_job_reads_running_with_the_reason_the_time_and_the_attempt() {
        var id = caller.submitVideo();
        worker.hold(worker.claim(id), "lookup_unsupported");

        var job = caller.job(id).json();

        assertThat(job.path("status").asString()).isEqualTo("running");
        assertThat(job.path("hold").path("reason").asString()).isEqualTo("lookup_unsupported");
        assertThat(job.path("hold").path("since").isNumber()).isTrue();
        assertThat(job.path("hold").path("attempt").asInt()).isEqualTo(1);
    }

    @Test
    void attempts_are_listed_with_outcome_and_use() {
        var id = caller.submitChat();
        assertThat(caller.get("/v1/jobs/" + id + "/attempts").json().path("data"))
                .isEmpty();
        worker.succeed(worker.claim(id), "{}", null);

        var attempts = caller.get("/v1/jobs/" + id + "/attempts").json();

        assertThat(attempts.path("object").asString()).isEqualTo("list");
        var attempt = attempts.path("data").get(0);
        assertThat(attempt.path("number").asInt()).isEqualTo(1);
        assertThat(attempt.path("status").asString()).isEqualTo("succeeded");
        assertThat(attempt.path("provider").asString()).isEqualTo("simulator");
        assertThat(attempt.path("outcome").asString()).isEqualTo("succeeded");
        assertThat(attempt.path("tokens_in").asInt()).isEqualTo(9);
        assertThat(attempt.get("cost").isNull()).as("no price, no cost").isTrue();
        assertThat(attempt.get("error").isNull()).isTrue();
    }

    @Test
    void an_attempt_lists_the_parameters_that_its_deployment_did_not_get() {
        var id = caller.submitChat();
        var job = worker.claim(id);
        worker.end(Ending.succeeded(
                job.id(),
                job.lease().epoch(),
                null,
                "{}".getBytes(StandardCharsets.UTF_8),
                Optional.of(TestWorker.attempt(AttemptStatus.SUCCEEDED, "succeeded", null, null)
                        .dropping(List.of("seed", "logprobs")))));
        var another = caller.submitChat();
        worker.succeed(worker.claim(another), "{}", null);

        assertThat(caller.get("/v1/jobs/" + id + "/attempts")
                        .json()
                        .at("/data/0/dropped")
                        .valueStream()
                        .map(JsonNode::asString))
                .containsExactly("seed", "logprobs");
        assertThat(caller.get("/v1/jobs/" + another + "/attempts").json().at("/data/0/dropped"))
                .isEmpty();
    }

    @Test
    void a_failed_attempt_shows_its_error() {
        var id = caller.submitChat();
        worker.fail(worker.claim(id), "invalid_request", "bad_temperature", "Too hot.");

        var attempt =
                caller.get("/v1/jobs/" + id + "/attempts").json().path("data").get(0);

        assertThat(attempt.path("error").path("code").asString()).isEqualTo("bad_temperature");
        assertThat(attempt.path("error").path("message").asString()).isEqualTo("Too hot.");
    }

    @Test
    void the_timeline_tells_the_moments_in_order_with_milliseconds() {
        var id = caller.submitChat();
        worker.succeed(worker.claim(id), "{}", null);

        var moments = caller.get("/v1/jobs/" + id + "/timeline").json().path("data");

        assertThat(words(moments)).startsWith("accepted").contains("dispatched", "running", "attempt", "succeeded");
        var times = StreamSupport.stream(moments.spliterator(), false)
                .map(moment -> moment.path("at_ms").asLong())
                .toList();
        assertThat(times).isSorted();
    }

    private static List<String> words(JsonNode moments) {
        return StreamSupport.stream(moments.spliterator(), false)
                .map(moment -> moment.path("what").asString())
                .toList();
    }
}
