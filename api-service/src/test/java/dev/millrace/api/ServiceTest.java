package dev.millrace.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.SharedApi;
import dev.millrace.api.fixture.Submissions;
import dev.millrace.core.ServiceLog;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/// The service as its operator sees it: health, metrics, logs.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@ExtendWith(OutputCaptureExtension.class)
class ServiceTest {

    private static final String CANARY = "canary-prompt-8d1f";

    private final RunningApi api = SharedApi.get();

    @Test
    void without_Kafka_the_service_is_ready_and_says_that_it_is_degraded() {
        var readiness = api.anybody().get("/readyz");

        assertThat(readiness.status()).isEqualTo(200);
        assertThat(readiness.json().path("status").asString()).isEqualTo("DEGRADED");
        assertThat(readiness
                        .json()
                        .path("components")
                        .path("kafka")
                        .path("status")
                        .asString())
                .isEqualTo("DEGRADED");
        assertThat(readiness
                        .json()
                        .path("components")
                        .path("database")
                        .path("status")
                        .asString())
                .isEqualTo("UP");
        assertThat(api.anybody().get("/livez").json().path("status").asString()).isEqualTo("UP");
    }

    @Test
    void without_Kafka_jobs_are_accepted_all_the_same() {
        assertThat(api.newCaller().post("/v1/jobs", Submissions.chat()).status())
                .isEqualTo(202);
    }

    @Test
    void metrics_are_served_on_the_management_port_by_the_names_of_the_convention() {
        var caller = api.newCaller();
        caller.submitChat();
        caller.post("/v1/jobs", Submissions.chat(",\"priority\":9"));

        var metrics = api.operator().get("/actuator/prometheus").text();

        assertThat(metrics)
                .contains("millrace_jobs_accepted_total{kind=\"chat\"}")
                .contains("millrace_jobs_accepted_total{kind=\"video\"}")
                .contains("millrace_jobs_refused_total{reason=\"invalid_value\"}")
                .contains("millrace_accept_batch_size_count")
                .contains("millrace_accept_commit_seconds_count")
                .contains("millrace_accept_waiting")
                .contains("millrace_accept_pace")
                .contains("millrace_waits_in_progress")
                .contains(
                        "http_server_requests_seconds_count{method=\"POST\",outcome=\"SUCCESS\",status=\"202\",uri=\"/v1/jobs\"}");
    }

    @Test
    void accepted_jobs_are_counted_once_each_and_replays_not_at_all() {
        double before = accepted();
        var keyed = api.newCaller().with("Idempotency-Key", "counted");
        keyed.post("/v1/jobs", Submissions.chat());
        keyed.post("/v1/jobs", Submissions.chat());

        assertThat(accepted() - before).isEqualTo(1);
    }

    @Test
    void requests_are_timed_by_route_so_that_ids_and_made_up_methods_make_no_series() {
        var caller = api.newCaller();
        for (int i = 0; i < 5; i++) {
            caller.job("job_" + "0".repeat(31) + i);
            caller.call("BREW" + i, "/v1/jobs");
            caller.get("/v1/nothing/" + i);
        }

        assertThat(api.bean(MeterRegistry.class).find("http.server.requests").timers().stream()
                        .map(Meter::getId)
                        .map(id -> id.getTag("method") + " " + id.getTag("uri")))
                .contains("GET /v1/jobs/{id}")
                .allMatch(name -> name.matches(
                        "(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|UNKNOWN) (/v1/[a-z.{}/]+|/livez|/readyz|UNKNOWN)"));
    }

    @Test
    void a_line_of_the_log_says_whose_request_it_is_about_as_JSON_too() {
        var project = api.newProject();
        var caller = api.withKey(project.apiKey());
        var job = caller.submitChat();
        var tables = api.database().client();
        try (var log = ServiceLog.listen(api.context().getEnvironment())) {
            Reply failed;
            tables.sql("alter table attempt rename to attempt_elsewhere").update();
            try {
                failed = caller.with("X-Client-Request-Id", "order 4711").get("/v1/jobs/" + job + "/attempts");
            } finally {
                tables.sql("alter table attempt_elsewhere rename to attempt").update();
            }

            assertThat(failed.status()).isEqualTo(500);
            var request = failed.header("x-request-id").orElseThrow();
            assertThat(log.idsOf("/attempts failed"))
                    .containsExactly(request + " order 4711 " + project.id() + " " + job + " ");
            assertThat(log.jsonOf("/attempts failed")).singleElement().satisfies(line -> {
                assertThat(line.path("request_id").asString()).isEqualTo(request);
                assertThat(line.path("client_request_id").asString()).isEqualTo("order 4711");
                assertThat(line.path("project_id").asString())
                        .isEqualTo(project.id().toString());
                assertThat(line.path("job_id").asString()).isEqualTo(job);
            });
        }
    }

    @Test
    void neither_prompts_nor_keys_are_in_the_log(CapturedOutput output) {
        var project = api.newProject();
        var caller = api.withKey(project.apiKey());
        caller.post("/v1/jobs", Submissions.chatWith(",\"user\":\"" + CANARY + "\""));
        caller.post("/v1/jobs", Submissions.chatWith(",\"user\":\"" + CANARY + "\",\"a\":"));
        caller.post("/v1/jobs", Submissions.chatWith(",\"api_key\":\"" + CANARY + "\""));
        caller.get("/v1/jobs?" + CANARY + "=1");
        api.withKey(CANARY).get("/v1/jobs");

        assertThat(output.getAll())
                .doesNotContain(CANARY)
                .doesNotContain(project.apiKey())
                .doesNotContain(project.webhookSecret())
                .doesNotContain("sk-canary-provider-key");
    }

    private double accepted() {
        return api.bean(MeterRegistry.class)
                .get("millrace.jobs.accepted")
                .tag("kind", "chat")
                .counter()
                .count();
    }
}
