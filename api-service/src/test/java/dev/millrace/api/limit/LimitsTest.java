package dev.millrace.api.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Chats;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.SimulatedApi;
import dev.millrace.api.fixture.Submissions;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What an operator lets a project ask for in a minute.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class LimitsTest {

    private static final BoastfulProvider provider = new BoastfulProvider();
    private static final SimulatedApi api = start();

    private static SimulatedApi start() {
        var setup = new SimulatedApi.Setup()
                .route("plain", "sim-chat")
                .route("talks", "sim-chat~tokens=500")
                .route("broken", "sim-chat~status=500")
                .route("vectors", "sim-embed")
                .set("models.vectors.kind", "embedding")
                .route("draws", "sim-image")
                .set("models.draws.kind", "image");
        for (var setting : provider.settings()) {
            var parts = setting.split("=", 2);
            setup.set(parts[0].substring("millrace.".length()), parts[1]);
        }
        return setup.start();
    }

    @AfterAll
    static void stop() {
        api.close();
        provider.close();
    }

    /// The minutes are real ones, and none is to turn in the middle of a test.
    @BeforeEach
    void early_in_a_minute() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> Instant.now().atZone(ZoneOffset.UTC).getSecond() < 45);
    }

    private static Reply change(UUID project, String body) {
        return api.api()
                .operator()
                .call(
                        "PATCH",
                        "/operator/projects/" + project,
                        HttpRequest.BodyPublishers.ofString(body),
                        Map.of("Content-Type", "application/json"));
    }

    private static RunningApi.NewProject limitedProject(String limits) {
        var project = api.api().newProject();
        assertThat(change(project.id(), limits).status()).isEqualTo(200);
        return project;
    }

    private static ApiClient limited(String limits) {
        return api.api().withKey(limitedProject(limits).apiKey());
    }

    private static Reply chat(ApiClient caller) {
        return caller.post(Chats.PATH, Chats.of("plain"));
    }

    private static long number(Reply reply, String header) {
        return Long.parseLong(reply.header(header).orElseThrow());
    }

    private static double refused(String limit) {
        return api.api()
                .bean(MeterRegistry.class)
                .get("millrace.limits.refused")
                .tag("limit", limit)
                .counter()
                .count();
    }

    @Test
    void a_call_beyond_the_requests_of_a_minute_is_refused_until_the_minute_turns() {
        var caller = limited("{\"requests_per_minute\":3}");
        for (int i = 0; i < 3; i++) {
            assertThat(chat(caller).status()).isEqualTo(200);
        }
        int asked = api.received("plain-1").size();
        double counted = refused("requests");

        var reply = chat(caller);

        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.code()).isEqualTo("rate_limit_exceeded");
        assertThat(reply.json().at("/error/type").asString()).isEqualTo("requests");
        long wait = number(reply, "retry-after");
        assertThat(wait).isBetween(1L, 60L);
        assertThat(reply.message())
                .startsWith("Rate limit reached")
                .contains("requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in ");
        assertThat(reply.header("x-should-retry")).isEmpty();
        assertThat(reply.header("x-ratelimit-limit-requests")).hasValue("3");
        assertThat(reply.header("x-ratelimit-remaining-requests")).hasValue("0");
        assertThat(reply.header("x-ratelimit-reset-requests")).hasValue(wait == 60 ? "1m0s" : wait + "s");
        assertThat(api.received("plain-1")).hasSize(asked);
        assertThat(refused("requests")).isEqualTo(counted + 1);
    }

    @Test
    void a_stream_beyond_the_requests_is_refused_as_any_other_call() {
        var caller = limited("{\"requests_per_minute\":1}");
        assertThat(caller.post(Chats.PATH, Chats.streamed("plain")).status()).isEqualTo(200);

        var reply = caller.post(Chats.PATH, Chats.streamed("plain"));

        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.code()).isEqualTo("rate_limit_exceeded");
        assertThat(reply.header("x-ratelimit-remaining-requests")).hasValue("0");
    }

    @Test
    void a_call_beyond_the_tokens_of_a_minute_is_refused_and_counts_as_no_request() {
        var caller = limited("{\"requests_per_minute\":100,\"tokens_per_minute\":100}");
        var text = ",\"user\":\"" + "of all ".repeat(30) + "\"";
        Reply reply = caller.post(Chats.PATH, Chats.with("plain", text));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        int served = 0;
        while (reply.status() == 200) {
            served++;
            assertThat(served).isLessThan(10);
            reply = caller.post(Chats.PATH, Chats.with("plain", text));
        }

        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.code()).isEqualTo("rate_limit_exceeded");
        assertThat(reply.json().at("/error/type").asString()).isEqualTo("tokens");
        assertThat(reply.message()).contains("tokens per min (TPM): Limit 100, ");
        assertThat(number(reply, "retry-after")).isBetween(1L, 60L);
        assertThat(number(reply, "x-ratelimit-remaining-tokens")).isLessThan(100);
        assertThat(number(reply, "x-ratelimit-remaining-requests")).isEqualTo(100 - served);
    }

    @Test
    void what_a_call_has_used_takes_the_place_of_what_was_estimated() {
        var caller = limited("{\"tokens_per_minute\":100000}");
        long estimate = Chats.of("boastful").length() / 4;

        var first = caller.post(Chats.PATH, Chats.of("boastful"));
        var second = caller.post(Chats.PATH, Chats.of("boastful"));

        assertThat(number(first, "x-ratelimit-remaining-tokens")).isEqualTo(100_000 - estimate);
        assertThat(number(second, "x-ratelimit-remaining-tokens")).isEqualTo(100_000 - 15 - estimate);
    }

    @Test
    void an_answer_is_expected_to_be_as_long_as_those_before_it() {
        var caller = limited("{\"tokens_per_minute\":100000}");
        long prompt = Chats.of("talks").length() / 4;
        var first = caller.post(Chats.PATH, Chats.of("talks"));
        long used = first.json().at("/usage/total_tokens").asLong();
        assertThat(used).isGreaterThan(500);

        var second = caller.post(Chats.PATH, Chats.of("talks"));

        assertThat(number(first, "x-ratelimit-remaining-tokens")).isEqualTo(100_000 - prompt);
        assertThat(number(second, "x-ratelimit-remaining-tokens")).isEqualTo(100_000 - used - used);
    }

    @Test
    void a_call_that_failed_has_used_no_tokens() {
        var caller = limited("{\"tokens_per_minute\":100000}");

        assertThat(caller.post(Chats.PATH, Chats.of("broken")).status()).isGreaterThanOrEqualTo(500);

        var next = chat(caller);
        assertThat(number(next, "x-ratelimit-remaining-tokens"))
                .isEqualTo(100_000 - Chats.of("plain").length() / 4);
    }

    @Test
    void a_prompt_larger_than_all_tokens_of_a_minute_need_not_be_tried_again() {
        var caller = limited("{\"tokens_per_minute\":5}");

        var reply = chat(caller);

        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.code()).isEqualTo("rate_limit_exceeded");
        assertThat(reply.json().at("/error/type").asString()).isEqualTo("tokens");
        assertThat(reply.header("x-should-retry")).hasValue("false");
        assertThat(reply.header("retry-after")).isEmpty();
        assertThat(reply.header("x-ratelimit-remaining-tokens")).hasValue("5");
    }

    record Asking(String path, String body, int status) {}

    static Stream<Asking> calls() {
        return Stream.of(
                new Asking(Chats.PATH, Chats.of("plain"), 200),
                new Asking(Chats.PATH, Chats.streamed("plain"), 200),
                new Asking(Chats.PATH, Chats.of("boastful"), 200),
                new Asking(Chats.PATH, Chats.of("nobody-has-it"), 404),
                new Asking(Chats.PATH, "{", 400),
                new Asking("/v1/embeddings", "{\"model\":\"vectors\",\"input\":\"x\"}", 200),
                new Asking("/v1/images/generations", "{\"model\":\"draws\",\"prompt\":\"a cat\"}", 200));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void every_answer_tells_the_projects_limits_and_no_providers(Asking call) {
        var reply = limited("{\"requests_per_minute\":600,\"tokens_per_minute\":200000}")
                .post(call.path(), call.body());

        assertThat(reply.status()).as(reply.text()).isEqualTo(call.status());
        assertThat(reply.header("x-ratelimit-limit-requests")).hasValue("600");
        assertThat(reply.header("x-ratelimit-limit-tokens")).hasValue("200000");
        assertThat(number(reply, "x-ratelimit-remaining-requests")).isBetween(599L, 600L);
        assertThat(number(reply, "x-ratelimit-remaining-tokens")).isBetween(199_000L, 200_000L);
        for (var what : new String[] {"requests", "tokens"}) {
            assertThat(reply.header("x-ratelimit-reset-" + what).orElseThrow()).matches("1m0s|[1-5]?[0-9]s");
        }
        assertThat(reply.headers().map().keySet()).noneMatch(name -> name.contains("project-tokens"));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void an_answer_to_a_project_without_limits_tells_of_none(Asking call) {
        var reply = api.newCaller().post(call.path(), call.body());

        assertThat(reply.status()).isEqualTo(call.status());
        assertThat(reply.headers().map().keySet()).noneMatch(name -> name.startsWith("x-ratelimit"));
    }

    @Test
    void the_limits_of_a_providers_account_are_not_told_where_it_refuses_either() {
        var limited = limited("{\"requests_per_minute\":600}").post(Chats.PATH, Chats.of("full"));
        var unlimited = api.newCaller().post(Chats.PATH, Chats.of("as-full"));

        assertThat(limited.status()).isEqualTo(429);
        assertThat(limited.header("x-ratelimit-limit-requests")).hasValue("600");
        assertThat(limited.header("x-ratelimit-remaining-requests")).hasValue("599");
        assertThat(limited.header("x-ratelimit-limit-tokens")).isEmpty();
        assertThat(unlimited.status()).isEqualTo(429);
        assertThat(unlimited.headers().map().keySet()).noneMatch(name -> name.startsWith("x-ratelimit"));
    }

    @Test
    void a_limit_of_one_kind_tells_nothing_of_the_other() {
        var reply = chat(limited("{\"tokens_per_minute\":200000}"));

        assertThat(reply.header("x-ratelimit-limit-tokens")).hasValue("200000");
        assertThat(reply.header("x-ratelimit-limit-requests")).isEmpty();
    }

    @Test
    void a_project_at_its_limit_is_not_felt_by_others() {
        var full = limited("{\"requests_per_minute\":1}");
        var other = limited("{\"requests_per_minute\":1000}");
        chat(full);

        for (int i = 0; i < 5; i++) {
            assertThat(chat(full).status()).isEqualTo(429);
            assertThat(chat(other).status()).isEqualTo(200);
            assertThat(chat(api.newCaller()).status()).isEqualTo(200);
        }
    }

    @Test
    void jobs_do_not_count() {
        var caller = limited("{\"requests_per_minute\":1}");
        assertThat(chat(caller).status()).isEqualTo(200);

        var job = caller.post("/v1/jobs", Submissions.chat());
        var chat = caller.with("Prefer", "respond-async").post(Chats.PATH, Chats.of("plain"));

        assertThat(job.status()).isEqualTo(202);
        assertThat(chat.status()).isEqualTo(202);
        assertThat(chat.headers().map().keySet()).noneMatch(name -> name.startsWith("x-ratelimit"));
    }

    @Test
    void a_limit_that_was_raised_is_in_force_within_seconds_and_in_the_same_minute() {
        var project = limitedProject("{\"requests_per_minute\":1}");
        var caller = api.api().withKey(project.apiKey());
        chat(caller);
        assertThat(chat(caller).status()).isEqualTo(429);

        change(project.id(), "{\"requests_per_minute\":1000}");
        // A body that is none takes nothing.
        Awaitility.await()
                .atMost(Duration.ofSeconds(15))
                .until(() -> caller.post(Chats.PATH, "{")
                        .header("x-ratelimit-limit-requests")
                        .orElse("")
                        .equals("1000"));

        for (int i = 0; i < 5; i++) {
            assertThat(chat(caller).status()).isEqualTo(200);
        }
    }

    @Test
    void a_limit_that_was_removed_is_gone_within_seconds() {
        var project = limitedProject("{\"requests_per_minute\":1}");
        var caller = api.api().withKey(project.apiKey());
        chat(caller);

        change(project.id(), "{\"requests_per_minute\":null}");
        Awaitility.await()
                .atMost(Duration.ofSeconds(15))
                .until(() -> caller.post(Chats.PATH, "{")
                        .header("x-ratelimit-limit-requests")
                        .isEmpty());

        for (int i = 0; i < 3; i++) {
            assertThat(chat(caller).status()).isEqualTo(200);
        }
    }

    @Test
    void the_operator_sees_the_limits_and_sets_each_by_itself() {
        var operator = api.api().operator();
        var id =
                UUID.fromString(operator.post("/operator/projects", "{\"name\":\"limited\",\"requests_per_minute\":60}")
                        .id());

        var changed = change(id, "{\"tokens_per_minute\":5000}").json();
        var budgeted = change(id, "{\"budget\":10}").json();
        var shown = operator.get("/operator/projects/" + id).json();

        for (var project : List.of(changed, budgeted, shown)) {
            assertThat(project.path("requests_per_minute").asInt()).isEqualTo(60);
            assertThat(project.path("tokens_per_minute").asInt()).isEqualTo(5_000);
        }
        assertThat(change(id, "{\"requests_per_minute\":null}")
                        .json()
                        .path("requests_per_minute")
                        .isNull())
                .isTrue();
        assertThat(operator.get("/operator/projects/" + id)
                        .json()
                        .at("/budget/monthly")
                        .asInt())
                .isEqualTo(10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1.5", "\"60\"", "1000000001", "99999999999999999999", "true", "[]"})
    void a_limit_that_is_none_is_refused_by_name(String value) {
        var project = api.api().newProject();
        for (var name : new String[] {"requests_per_minute", "tokens_per_minute"}) {
            var reply = change(project.id(), "{\"%s\":%s}".formatted(name, value));
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.param()).isEqualTo(name);
        }
    }

    @Test
    void a_change_of_nothing_and_one_of_no_project_are_refused() {
        assertThat(change(api.api().newProject().id(), "{}").status()).isEqualTo(400);
        assertThat(change(UUID.randomUUID(), "{\"requests_per_minute\":5}").status())
                .isEqualTo(404);
    }

    @Test
    void two_instances_together_pass_a_limit_by_at_most_a_twentieth() throws Exception {
        int limit = 200;
        var environment = api.api().context().getEnvironment();
        try (var second = RunningApi.startOn(
                environment.getRequiredProperty("spring.datasource.url"),
                Path.of(environment.getRequiredProperty("millrace.asset.root")),
                provider.settings())) {
            early_in_a_minute();
            var project = limitedProject("{\"requests_per_minute\":" + limit + "}");
            var takers = new ArrayList<Callable<Integer>>();
            for (int i = 0; i < 3; i++) {
                takers.add(() -> served(api.api().withKey(project.apiKey()), limit));
                takers.add(() -> served(second.withKey(project.apiKey()), limit));
            }
            int served = 0;
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (var taker : threads.invokeAll(takers)) {
                    served += taker.get();
                }
            }
            assertThat(served).isBetween(limit * 95 / 100, limit * 105 / 100);
        }
    }

    /// Calls until it is refused.
    private static int served(ApiClient caller, int most) {
        int served = 0;
        while (served <= most && caller.post(Chats.PATH, Chats.of("boastful")).status() == 200) {
            served++;
        }
        return served;
    }
}
