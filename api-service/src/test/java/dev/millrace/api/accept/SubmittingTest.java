package dev.millrace.api.accept;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.RawRequest;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.SharedApi;
import dev.millrace.api.fixture.Submissions;
import dev.millrace.job.JobId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class SubmittingTest {

    private final RunningApi api = SharedApi.get();
    private final ApiClient caller = api.newCaller();

    @Test
    void a_submission_is_answered_with_202_and_the_queued_job() {
        var job = caller.post("/v1/jobs", Submissions.chat(",\"metadata\":{\"order\":\"4711\"}"));

        assertThat(job.status()).isEqualTo(202);
        assertThat(job.json().path("object").asString()).isEqualTo("job");
        assertThat(job.json().path("kind").asString()).isEqualTo("chat");
        assertThat(job.json().path("status").asString()).isEqualTo("queued");
        assertThat(job.json().path("model").asString()).isEqualTo("test-chat");
        assertThat(job.json().path("sequence").asInt()).isEqualTo(1);
        assertThat(job.json().path("metadata").path("order").asString()).isEqualTo("4711");
        assertThat(job.header("idempotent-replayed")).isEmpty();
    }

    @Test
    void what_the_caller_lets_go_is_kept_with_the_job() {
        var id = caller.with("x-millrace-drop-params", "seed, logprobs")
                .post("/v1/jobs", Submissions.chat())
                .id();
        var plain = caller.post("/v1/jobs", Submissions.chat()).id();

        assertThat(api.worker().claim(id).mayDrop()).containsExactlyInAnyOrder("seed", "logprobs");
        assertThat(api.worker().claim(plain).mayDrop()).isEmpty();
    }

    @Test
    void a_list_of_parameters_to_drop_that_is_too_long_is_refused_and_leaves_the_key_free() {
        var keyed = caller.with("Idempotency-Key", "dropping");
        var refused = keyed.with("x-millrace-drop-params", "a,".repeat(200)).post("/v1/jobs", Submissions.chat());

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.param()).isEqualTo("x-millrace-drop-params");
        assertThat(keyed.post("/v1/jobs", Submissions.chat("," + "\"priority\":1"))
                        .status())
                .isEqualTo(202);
    }

    @Test
    void what_was_answered_is_what_is_there() {
        var accepted = caller.post("/v1/jobs", Submissions.video());

        assertThat(caller.job(accepted.id()).json()).isEqualTo(accepted.json());
    }

    @Test
    void the_request_is_stored_byte_for_byte_as_it_came() {
        var request =
                "{ \"model\" : \"test-chat\",\n\t\"messages\":[{\"role\":\"user\",\"content\":\"Ü \\u00fc \uD83D\uDE00\"}],"
                        + " \"temperature\":0.70 }";
        var id = caller.post("/v1/jobs", "{\"metadata\":null, \"request\": " + request + " ,\"kind\":\"chat\"}")
                .id();

        assertThat(storedRequest(id)).isEqualTo(request);
    }

    @Test
    void seconds_given_as_a_number_are_stored_as_the_text_that_the_wire_format_has() {
        var id = caller.post("/v1/jobs", Submissions.videoWith(",\"seconds\": 8 ,\"size\":\"1280x720\""))
                .id();

        assertThat(storedRequest(id)).contains("\"seconds\": \"8\" ,\"size\":\"1280x720\"");
    }

    @Test
    void a_prompt_with_a_NUL_is_data_like_any_other() {
        var reply = caller.post("/v1/jobs", Submissions.videoWith(",\"note\":\"a\\u0000b\""));

        assertThat(reply.status()).isEqualTo(202);
    }

    @Test
    void a_job_of_higher_priority_comes_first_in_its_project() {
        var later = caller.submitChat();
        var sooner =
                caller.post("/v1/jobs", Submissions.chat(",\"priority\":3")).id();

        assertThat(turnOrRank(sooner)).isGreaterThan(turnOrRank(later));
    }

    @Test
    void the_same_key_and_the_same_body_are_the_same_job_marked_as_replayed() {
        var keyed = caller.with("Idempotency-Key", "order-1");

        var first = keyed.post("/v1/jobs", Submissions.chat());
        var second = keyed.post("/v1/jobs", Submissions.chat());

        assertThat(first.header("idempotent-replayed")).isEmpty();
        assertThat(second.status()).isEqualTo(202);
        assertThat(second.id()).isEqualTo(first.id());
        assertThat(second.header("idempotent-replayed")).hasValue("true");
    }

    @Test
    void spacing_and_the_order_of_members_do_not_make_another_body_of_it() {
        var keyed = caller.with("Idempotency-Key", "order-2");

        var first = keyed.post(
                "/v1/jobs",
                "{\"kind\":\"chat\",\"request\":{\"model\":\"test-chat\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"n\":1}}");
        var second = keyed.post(
                "/v1/jobs",
                "{\"request\": {\"n\": 1, \"messages\": [{\"content\": \"\\u0078\", \"role\": \"user\"}], \"model\": \"test-chat\"},\n \"kind\": \"chat\"}");

        assertThat(second.id()).isEqualTo(first.id());
        assertThat(second.header("idempotent-replayed")).hasValue("true");
    }

    @Test
    void a_replay_answers_with_the_job_as_it_is_now() {
        var keyed = caller.with("Idempotency-Key", "order-3");
        var id = keyed.post("/v1/jobs", Submissions.chat()).id();
        var worker = api.worker();
        worker.succeed(worker.claim(id), "{}", null);

        var replay = keyed.post("/v1/jobs", Submissions.chat());

        assertThat(replay.status()).isEqualTo(202);
        assertThat(replay.json().path("status").asString()).isEqualTo("succeeded");
    }

    @Test
    void the_same_key_with_another_body_is_a_conflict_that_is_not_to_be_retried() {
        var keyed = caller.with("Idempotency-Key", "order-4");
        keyed.post("/v1/jobs", Submissions.chat());

        var other = keyed.post("/v1/jobs", Submissions.chat(",\"priority\":1"));

        assertThat(other.status()).isEqualTo(409);
        assertThat(other.code()).isEqualTo("idempotency_key_reused");
        assertThat(other.header("x-should-retry")).hasValue("false");
    }

    @Test
    void the_same_key_in_two_projects_is_two_jobs() {
        var one = caller.with("Idempotency-Key", "shared").post("/v1/jobs", Submissions.chat());
        var two = api.newCaller().with("Idempotency-Key", "shared").post("/v1/jobs", Submissions.chat());

        assertThat(two.status()).isEqualTo(202);
        assertThat(two.header("idempotent-replayed")).isEmpty();
        assertThat(two.id()).isNotEqualTo(one.id());
    }

    @Test
    void a_refused_request_leaves_its_key_free() {
        var keyed = caller.with("Idempotency-Key", "order-5");
        assertThat(keyed.post("/v1/jobs", Submissions.chat(",\"priority\":9")).status())
                .isEqualTo(400);

        var accepted = keyed.post("/v1/jobs", Submissions.chat());

        assertThat(accepted.status()).isEqualTo(202);
        assertThat(accepted.header("idempotent-replayed")).isEmpty();
    }

    @Test
    void a_key_is_forgotten_after_24_hours() {
        var keyed = caller.with("Idempotency-Key", "order-6");
        var first = keyed.post("/v1/jobs", Submissions.chat());
        api.database()
                .client()
                .sql("update idempotency_key set created_at = now() - interval '24 hours 1 second' where job_id = :id")
                .param("id", JobId.parse(first.id()).orElseThrow().value())
                .update();

        var second = keyed.post("/v1/jobs", Submissions.chat(",\"priority\":1"));

        assertThat(second.status()).isEqualTo(202);
        assertThat(second.id()).isNotEqualTo(first.id());
    }

    @Test
    void a_key_is_at_most_255_printable_ASCII_characters() {
        assertThat(caller.with("Idempotency-Key", "k".repeat(255))
                        .post("/v1/jobs", Submissions.chat())
                        .status())
                .isEqualTo(202);
        for (var key : new String[] {"k".repeat(256), "", "a\tb"}) {
            var reply = caller.with("Idempotency-Key", key).post("/v1/jobs", Submissions.chat());
            assertThat(reply.status()).as(key).isEqualTo(400);
            assertThat(reply.param()).isEqualTo("Idempotency-Key");
        }
    }

    @Test
    void a_key_with_other_characters_than_ASCII_is_refused() throws Exception {
        var project = api.newProject();

        var reply = RawRequest.send(
                api.port(),
                "POST /v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + project.apiKey()
                        + "\r\nIdempotency-Key: sch\u00f6n\r\nContent-Type: application/json\r\nContent-Length: "
                        + Submissions.chat().length() + "\r\n\r\n" + Submissions.chat());

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.param()).isEqualTo("Idempotency-Key");
    }

    @Test
    void many_with_one_key_at_the_same_moment_make_one_job() throws Exception {
        var keyed = caller.with("Idempotency-Key", "stampede");

        var replies = atOnce(16, () -> keyed.post("/v1/jobs", Submissions.chat()));

        assertThat(replies).allSatisfy(reply -> assertThat(reply.status()).isEqualTo(202));
        assertThat(new HashSet<>(replies.stream().map(Reply::id).toList())).hasSize(1);
        assertThat(replies.stream()
                        .filter(reply -> reply.header("idempotent-replayed").isEmpty()))
                .hasSize(1);
        assertThat(caller.get("/v1/jobs").json().path("data").size()).isEqualTo(1);
    }

    @Test
    void two_bodies_with_one_key_at_the_same_moment_make_one_job_and_conflicts() throws Exception {
        var keyed = caller.with("Idempotency-Key", "race");
        var turn = new java.util.concurrent.atomic.AtomicInteger();

        var replies = atOnce(
                8, () -> keyed.post("/v1/jobs", Submissions.chat(",\"priority\":" + turn.getAndIncrement() % 2)));

        assertThat(replies.stream()
                        .filter(reply -> reply.status() == 202)
                        .map(Reply::id)
                        .distinct())
                .hasSize(1);
        assertThat(replies.stream().filter(reply -> reply.status() == 409)).hasSize(4);
        assertThat(caller.get("/v1/jobs").json().path("data").size()).isEqualTo(1);
    }

    private static java.util.List<Reply> atOnce(int times, Callable<Reply> call) throws Exception {
        var start = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = new ArrayList<java.util.concurrent.Future<Reply>>();
            for (int i = 0; i < times; i++) {
                calls.add(threads.submit(() -> {
                    start.await();
                    return call.call();
                }));
            }
            start.countDown();
            var replies = new ArrayList<Reply>();
            for (var one : calls) {
                replies.add(one.get());
            }
            return replies;
        }
    }

    private String storedRequest(String id) {
        var bytes = api.database()
                .client()
                .sql("select request from job where id = :id")
                .param("id", JobId.parse(id).orElseThrow().value())
                .query((row, number) -> row.getBytes(1))
                .single();
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private int turnOrRank(String id) {
        return api.database()
                .client()
                .sql("select priority from job where id = :id")
                .param("id", JobId.parse(id).orElseThrow().value())
                .query(Integer.class)
                .single();
    }
}
