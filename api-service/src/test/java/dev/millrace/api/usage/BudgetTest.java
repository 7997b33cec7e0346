package dev.millrace.api.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.Submissions;
import dev.millrace.api.fixture.TestWorker;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.Ending;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BudgetTest {

    private final RunningApi api = start();
    private final ApiClient operator = api.operator();
    private final RunningApi.NewProject project = api.newProject();
    private final ApiClient caller = api.withKey(project.apiKey());
    private final TestWorker worker = api.worker();

    /// A chat with `max_tokens` of 1,000 costs a dollar, and a little for its prompt; a video half a dollar.
    private static RunningApi start() {
        try {
            return RunningApi.start(
                    Files.createTempDirectory("millrace-budget"),
                    "millrace.prices.table[0].of=test-chat",
                    "millrace.prices.table[0].in=0.0001",
                    "millrace.prices.table[0].out=1000",
                    "millrace.prices.table[1].of=simulator/video",
                    "millrace.prices.table[1].seconds[720x1280]=0.125",
                    "millrace.models.unpriced.deployments[0].provider=simulator",
                    "millrace.models.unpriced.deployments[0].model=other",
                    "millrace.models.half-priced.deployments[0].provider=simulator",
                    "millrace.models.half-priced.deployments[0].model=chat2",
                    "millrace.models.half-priced.fallback[0]=unpriced",
                    "millrace.prices.table[2].of=half-priced",
                    "millrace.prices.table[2].out=1");
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private Reply patch(UUID id, String body) {
        return operator.call(
                "PATCH",
                "/operator/projects/" + id,
                HttpRequest.BodyPublishers.ofString(body),
                Map.of("Content-Type", "application/json"));
    }

    private void budget(String monthly) {
        var reply = patch(project.id(), "{\"budget\":" + monthly + "}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    private JsonNode standing() {
        return operator.get("/operator/projects/" + project.id()).json().path("budget");
    }

    private Reply submit(ApiClient who) {
        return who.post("/v1/jobs", Submissions.chatWith(",\"max_tokens\":1000"));
    }

    private ApiClient fresh(String monthly) {
        var made = api.newProject();
        assertThat(patch(made.id(), "{\"budget\":" + monthly + "}").status()).isEqualTo(200);
        return api.withKey(made.apiKey());
    }

    @Test
    void a_job_that_would_pass_the_budget_is_refused_with_429_and_is_not_to_be_repeated() {
        var poor = fresh("0.5");
        double before = refusals();

        var reply = submit(poor);

        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.code()).isEqualTo("insufficient_quota");
        assertThat(reply.json().path("error").path("type").asString()).isEqualTo("insufficient_quota");
        assertThat(reply.header("x-should-retry")).contains("false");
        assertThat(reply.header("retry-after")).isEmpty();
        assertThat(poor.get("/v1/jobs").json().path("data"))
                .as("nothing half done stays behind")
                .isEmpty();
        assertThat(refusals()).isEqualTo(before + 1);
    }

    private double refusals() {
        return api.bean(MeterRegistry.class)
                .get("millrace.budget.refused")
                .counter()
                .count();
    }

    @Test
    void jobs_are_accepted_until_nothing_is_left_and_again_when_one_has_cost_less_than_it_might_have() {
        budget("2.5");
        var first = submit(caller);
        assertThat(first.status()).isEqualTo(202);
        assertThat(submit(caller).status()).isEqualTo(202);
        assertThat(submit(caller).status()).isEqualTo(429);
        assertThat(standing().path("reserved").asDouble()).isBetween(2.0, 2.1);

        var job = worker.claim(first.id());
        worker.end(Ending.succeeded(
                job.id(),
                job.lease().epoch(),
                null,
                null,
                Optional.of(TestWorker.attempt(AttemptStatus.SUCCEEDED, "succeeded", null, null)
                        .costing(null, new BigDecimal("0.25")))));

        assertThat(standing().path("spent").decimalValue()).isEqualByComparingTo("0.25");
        assertThat(submit(caller).status()).isEqualTo(202);
        assertThat(submit(caller).status()).isEqualTo(429);
    }

    @Test
    void a_video_reserves_its_seconds() {
        var two = fresh("1");
        assertThat(two.post("/v1/jobs", Submissions.video()).status()).isEqualTo(202);
        assertThat(two.post("/v1/jobs", Submissions.videoWith(",\"seconds\":\"8\""))
                        .status())
                .isEqualTo(429);
        assertThat(two.post("/v1/jobs", Submissions.video()).status()).isEqualTo(202);
        assertThat(two.post("/v1/jobs", Submissions.video()).status()).isEqualTo(429);
    }

    @Test
    void fifty_at_once_can_not_overspend() throws Exception {
        var many = fresh("10.01");
        Callable<Integer> one = () -> submit(many).status();
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            var statuses = pool.invokeAll(Stream.generate(() -> one).limit(50).toList()).stream()
                    .map(future -> future.resultNow())
                    .collect(Collectors.groupingBy(status -> status, Collectors.counting()));
            assertThat(statuses).isEqualTo(Map.of(202, 10L, 429, 40L));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"unpriced", "half-priced"})
    void a_model_that_may_cost_what_nobody_knows_is_refused_where_there_is_a_budget_and_only_there(String model) {
        var body = Submissions.chat().replace("test-chat", model);

        var reply = fresh("100").post("/v1/jobs", body);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.code()).isEqualTo("model_not_priced");
        assertThat(reply.param()).isEqualTo("model");
        assertThat(api.newCaller().post("/v1/jobs", body).status()).isEqualTo(202);
    }

    @Test
    void a_model_without_a_price_has_the_default_price_where_one_is_set() throws IOException {
        try (var other =
                RunningApi.start(Files.createTempDirectory("millrace-budget"), "millrace.prices.default.out=1000")) {
            var made = other.newProject();
            other.operator()
                    .call(
                            "PATCH",
                            "/operator/projects/" + made.id(),
                            HttpRequest.BodyPublishers.ofString("{\"budget\":1.5}"),
                            Map.of("Content-Type", "application/json"));
            var poor = other.withKey(made.apiKey());
            assertThat(submit(poor).status()).isEqualTo(202);
            assertThat(submit(poor).status()).isEqualTo(429);
        }
    }

    @Test
    void a_refused_submission_leaves_its_idempotency_key_free() {
        var made = api.newProject();
        patch(made.id(), "{\"budget\":0.5}");
        var keyed = api.withKey(made.apiKey()).with("Idempotency-Key", "k1");
        assertThat(submit(keyed).status()).isEqualTo(429);

        patch(made.id(), "{\"budget\":1.5}");

        var accepted = submit(keyed);
        assertThat(accepted.status()).isEqualTo(202);
        assertThat(accepted.header("idempotent-replayed")).isEmpty();
        assertThat(submit(keyed).id()).as("a replay needs no budget").isEqualTo(accepted.id());
    }

    @Test
    void a_project_can_be_made_with_a_budget_and_shows_it_until_it_is_removed() {
        var made = operator.post("/operator/projects", "{\"name\":\"poor\",\"budget\":12.5}")
                .json();
        var id = UUID.fromString(made.path("id").asString());

        var shown = operator.get("/operator/projects/" + id).json();
        assertThat(shown.path("name").asString()).isEqualTo("poor");
        assertThat(shown.path("budget").path("monthly").decimalValue()).isEqualByComparingTo("12.5");
        assertThat(shown.path("budget").path("left").decimalValue()).isEqualByComparingTo("12.5");

        assertThat(patch(id, "{\"budget\":null}").json().get("budget").isNull()).isTrue();
        assertThat(operator.get("/operator/projects/" + id).json().get("budget").isNull())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"budget\":-1}", "{\"budget\":\"10\"}", "{\"budget\":1e12}", "{\"budget\":1e-11}", "{}"})
    void a_budget_that_can_not_be_meant_is_refused_by_name(String body) {
        var reply = patch(project.id(), body);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.param()).isEqualTo("budget");
    }

    @Test
    void a_project_that_is_not_there_has_no_budget() {
        assertThat(patch(UUID.randomUUID(), "{\"budget\":1}").status()).isEqualTo(404);
        assertThat(operator.get("/operator/projects/" + UUID.randomUUID()).status())
                .isEqualTo(404);
    }

    @Test
    void only_the_operator_sets_a_budget() {
        assertThat(caller.call(
                                "PATCH",
                                "/operator/projects/" + project.id(),
                                HttpRequest.BodyPublishers.ofString("{\"budget\":1}"),
                                Map.of("Content-Type", "application/json"))
                        .status())
                .isIn(404, 405);
    }
}
