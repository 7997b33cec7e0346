package dev.millrace.api.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.SharedApi;
import dev.millrace.api.fixture.Submissions;
import dev.millrace.api.fixture.TestWorker;
import dev.millrace.database.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// A webhook that did not arrive is listed and can be sent again, by its project and by an operator.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class DeliveriesApiTest {

    private static final Optional<Duration> LATER = Optional.of(Duration.ofMinutes(5));
    private static final Optional<Duration> NEVER = Optional.empty();

    private final RunningApi api = SharedApi.get();
    private final ApiClient caller = api.newCaller();
    private final ApiClient operator = api.operator();
    private final TestWorker worker = api.worker();

    @Test
    void a_job_that_has_not_ended_or_has_no_url_has_none() {
        var queued = caller.post("/v1/jobs", Submissions.chat(",\"webhook_url\":\"https://example.com/hook\""))
                .id();
        assertThat(ofJob(queued)).isEmpty();
        var untold = caller.submitChat();
        worker.succeed(worker.claim(untold), "{}", null);
        assertThat(ofJob(untold)).isEmpty();
    }

    @Test
    void a_jobs_delivery_says_what_is_told_to_whom_and_how_far_it_is() {
        var job = told();

        var delivery = ofJob(job).getFirst();

        assertThat(delivery.path("id").asString()).matches("msg_[0-9a-f]{32}");
        assertThat(delivery.path("job").asString()).isEqualTo(job);
        assertThat(delivery.path("event").asString()).startsWith(job.replace("job_", "evt_"));
        assertThat(delivery.path("type").asString()).isEqualTo("job.succeeded");
        assertThat(delivery.path("url").asString()).isEqualTo("https://example.com/hook");
        assertThat(delivery.path("status").asString()).isEqualTo("pending");
        assertThat(delivery.path("attempts").asInt()).isZero();
        assertThat(delivery.path("last_attempt").isNull()).isTrue();
        assertThat(delivery.has("project_id")).isFalse();
    }

    @Test
    void its_attempts_are_shown_and_to_an_operator_alone_what_the_receiver_answered() {
        var job = told();
        worker.deliver(job, 1, "unreachable", null, LATER);
        worker.deliver(job, 2, "server_error", 502, NEVER);
        var delivery = ofJob(job).getFirst();
        var id = delivery.path("id").asString();

        var attempts = data(caller.get("/v1/deliveries/" + id + "/attempts"));

        assertThat(attempts).hasSize(2).noneMatch(attempt -> attempt.has("response"));
        assertThat(attempts.get(0).path("outcome").asString()).isEqualTo("unreachable");
        assertThat(attempts.get(0).path("http_status").isNull()).isTrue();
        assertThat(attempts.get(1).path("number").asInt()).isEqualTo(2);
        assertThat(attempts.get(1).path("http_status").asInt()).isEqualTo(502);
        assertThat(attempts.get(1).path("milliseconds").asInt()).isEqualTo(12);
        assertThat(delivery.path("last_attempt")).isEqualTo(attempts.get(1));
        assertThat(caller.get("/v1/deliveries/" + id).json()).isEqualTo(delivery);
        assertThat(caller.get("/v1/jobs/" + job + "/timeline").text()).doesNotContain("mill wheel stuck");
        assertThat(data(operator.get("/operator/deliveries/" + id + "/attempts")))
                .extracting(attempt -> attempt.path("response").asString(""))
                .containsExactly("", "mill wheel stuck");
        assertThat(operator.get("/operator/deliveries/msg_1/attempts").status()).isEqualTo(404);
    }

    @Test
    void what_failed_and_has_not_arrived_is_listed_in_pages_and_by_status() {
        var exhausted = told();
        worker.deliver(exhausted, 1, "disabled_by_receiver", 410, NEVER);
        var retrying = told();
        worker.deliver(retrying, 1, "timeout", null, LATER);
        var heard = told();
        worker.deliver(heard, 1, "succeeded", 200, NEVER);
        told();

        assertThat(jobs(caller.get("/v1/deliveries"))).containsExactly(exhausted, retrying);
        assertThat(jobs(caller.get("/v1/deliveries?status=exhausted"))).containsExactly(exhausted);
        assertThat(jobs(caller.get("/v1/deliveries?status=retrying"))).containsExactly(retrying);
        var first = caller.get("/v1/deliveries?limit=1");
        assertThat(jobs(first)).containsExactly(exhausted);
        assertThat(first.json().path("has_more").asBoolean()).isTrue();
        var second = caller.get(
                "/v1/deliveries?limit=1&after=" + first.json().path("last_id").asString());
        assertThat(jobs(second)).containsExactly(retrying);
        assertThat(second.json().path("has_more").asBoolean()).isFalse();
        assertThat(jobs(api.newCaller().get("/v1/deliveries")))
                .as("another project's list")
                .isEmpty();
    }

    @Test
    void an_exhausted_delivery_is_sent_again_on_request() {
        var job = told();
        worker.deliver(job, 1, "server_error", 500, NEVER);
        var exhausted = ofJob(job).getFirst();
        assertThat(exhausted.path("status").asString()).isEqualTo("exhausted");
        assertThat(exhausted.path("next_attempt_at").isNull()).isTrue();

        var reply = caller.post("/v1/deliveries/" + exhausted.path("id").asString() + "/resend");

        assertThat(reply.status()).isEqualTo(202);
        assertThat(reply.json().path("id")).isEqualTo(exhausted.path("id"));
        assertThat(reply.json().path("status").asString()).isEqualTo("retrying");
        assertThat(reply.json().path("next_attempt_at").isNumber()).isTrue();
        worker.deliver(job, 2, "succeeded", 200, NEVER);
        assertThat(ofJob(job).getFirst().path("status").asString()).isEqualTo("delivered");
        assertThat(jobs(caller.get("/v1/deliveries"))).isEmpty();
    }

    @Test
    void one_that_arrived_is_sent_again_too() {
        var job = told();
        worker.deliver(job, 1, "succeeded", 200, NEVER);
        var id = ofJob(job).getFirst().path("id").asString();
        var reply = caller.post("/v1/deliveries/" + id + "/resend");
        assertThat(reply.status()).isEqualTo(202);
        assertThat(reply.json().path("status").asString()).isEqualTo("retrying");
        assertThat(jobs(caller.get("/v1/deliveries"))).containsExactly(job);
    }

    @Test
    void one_that_was_tried_as_often_as_any_may_be_is_a_conflict() {
        var job = told();
        worker.deliver(job, 1_000, "server_error", 500, NEVER);
        var reply =
                caller.post("/v1/deliveries/" + ofJob(job).getFirst().path("id").asString() + "/resend");
        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.code()).isEqualTo("too_many_attempts");
    }

    @Test
    void while_old_weeks_are_removed_it_is_to_be_asked_again_in_a_moment() {
        var job = told();
        worker.deliver(job, 1, "server_error", 500, NEVER);
        var id = ofJob(job).getFirst().path("id").asString();
        api.bean(Database.class).inTransaction(connection -> {
            try (var statement = connection.createStatement()) {
                statement.execute("select drop_week(date '2001-01-01')");
            }
            var reply = caller.post("/v1/deliveries/" + id + "/resend");
            assertThat(reply.status()).isEqualTo(503);
            assertThat(reply.header("retry-after")).contains("1");
            return true;
        });
        assertThat(ofJob(job).getFirst().path("status").asString()).isEqualTo("exhausted");
    }

    @Test
    void an_operator_sees_and_resends_those_of_all_projects() {
        var job = told();
        worker.deliver(job, 1, "server_error", 500, NEVER);
        var id = ofJob(job).getFirst().path("id").asString();

        var listed = page("/operator/deliveries?status=exhausted&limit=100").stream()
                .filter(one -> one.path("id").asString().equals(id))
                .findFirst()
                .orElseThrow();
        assertThat(listed.path("project_id").asString()).matches("[0-9a-f-]{36}");
        var reply = operator.post("/operator/deliveries/" + id + "/resend");

        assertThat(reply.status()).isEqualTo(202);
        assertThat(reply.json().path("project_id")).isEqualTo(listed.path("project_id"));
        assertThat(ofJob(job).getFirst().path("status").asString()).isEqualTo("retrying");
        assertThat(operator.post("/operator/deliveries/msg_1/resend").status()).isEqualTo(404);
        assertThat(operator.get("/operator/deliveries?limit=1000").param()).isEqualTo("limit");
    }

    /// All pages, since the tests share a service.
    private List<JsonNode> page(String path) {
        var all = new ArrayList<JsonNode>();
        var page = operator.get(path).json();
        page.path("data").forEach(all::add);
        while (page.path("has_more").asBoolean()) {
            page = operator.get(path + "&after=" + page.path("last_id").asString())
                    .json();
            page.path("data").forEach(all::add);
        }
        return all;
    }

    @ParameterizedTest
    @CsvSource({
        "status=lost, status",
        "status=delivered, status",
        "status=pending, status",
        "after=job_019a0000111172228333444444444444, after",
        "limit=0, limit",
        "limit=101, limit",
        "state=exhausted, state",
        "limit=1&limit=2, limit"
    })
    void a_query_that_can_not_be_meant_is_refused_by_name(String query, String param) {
        var reply = caller.get("/v1/deliveries?" + query);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.param()).isEqualTo(param);
    }

    @Test
    void what_is_no_delivery_is_not_found() {
        for (var id : new String[] {"msg_1", "job_019a0000111172228333444444444444", "msg_" + "0".repeat(32)}) {
            assertThat(caller.get("/v1/deliveries/" + id).status()).isEqualTo(404);
            assertThat(caller.get("/v1/deliveries/" + id + "/attempts").status())
                    .isEqualTo(404);
            assertThat(caller.post("/v1/deliveries/" + id + "/resend").status()).isEqualTo(404);
        }
    }

    /// A job that has ended and has somebody to tell.
    private String told() {
        var job = caller.post("/v1/jobs", Submissions.chat(",\"webhook_url\":\"https://example.com/hook\""))
                .id();
        worker.succeed(worker.claim(job), "{}", null);
        return job;
    }

    private List<JsonNode> ofJob(String job) {
        return data(caller.get("/v1/jobs/" + job + "/deliveries"));
    }

    private static List<JsonNode> data(Reply reply) {
        return StreamSupport.stream(reply.json().path("data").spliterator(), false)
                .toList();
    }

    private static List<String> jobs(Reply reply) {
        return data(reply).stream().map(one -> one.path("job").asString()).toList();
    }
}
