package dev.millrace.api.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.TestWorker;
import dev.millrace.job.JobId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The jobs that are held for an operator, and the answers that resolve them.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HeldJobsTest {

    /// What the provider answers to a poll of an operation; 404 to any other.
    private final Map<String, String> renders = new ConcurrentHashMap<>();

    private final List<String> keysSeen = new CopyOnWriteArrayList<>();
    private final HttpServer provider = provider();
    private final RunningApi api = start();
    private final ApiClient operator = api.operator();
    private final ApiClient caller = api.newCaller();
    private final TestWorker worker = api.worker();

    private HttpServer provider() {
        try {
            var server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
            server.createContext("/v1/videos/", exchange -> {
                var path = exchange.getRequestURI().getPath();
                var id = path.substring("/v1/videos/".length());
                keysSeen.add(exchange.getRequestHeaders().getFirst("Authorization"));
                var answer = renders.get(id);
                int status = answer == null ? 404 : answer.startsWith("{") ? 200 : Integer.parseInt(answer);
                var body = (answer == null ? "{}" : answer).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(status, body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            server.start();
            return server;
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    private RunningApi start() {
        try {
            return RunningApi.start(
                    java.nio.file.Files.createTempDirectory("millrace-operator"),
                    "millrace.providers.simulator.base-url=http://127.0.0.1:"
                            + provider.getAddress().getPort() + "/v1");
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    @AfterAll
    void stop() {
        api.close();
        provider.stop(0);
    }

    @Test
    void held_jobs_are_listed_with_all_that_an_operator_needs_to_look_for_the_render() {
        var id = held();

        var hold = StreamSupport.stream(
                        operator.get("/operator/holds?limit=100")
                                .json()
                                .path("data")
                                .spliterator(),
                        false)
                .filter(one -> one.path("job").asString().equals(id))
                .findFirst()
                .orElseThrow();

        assertThat(hold.path("reason").asString()).isEqualTo("lookup_unsupported");
        assertThat(hold.path("model").asString()).isEqualTo("test-video");
        assertThat(hold.path("provider").asString()).isEqualTo("simulator");
        assertThat(hold.path("provider_model").asString()).isEqualTo("video");
        assertThat(hold.path("attempt").asInt()).isEqualTo(1);
        assertThat(hold.path("intent_at").isNumber()).isTrue();
    }

    @Test
    void holds_come_in_pages() {
        var ids = List.of(held(), held(), held());
        var seen = new ArrayList<String>();
        var page = operator.get("/operator/holds?limit=1");
        while (true) {
            page.json().path("data").forEach(hold -> seen.add(hold.path("job").asString()));
            if (!page.json().path("has_more").asBoolean()) {
                break;
            }
            page = operator.get("/operator/holds?limit=1&after="
                    + page.json().path("last_id").asString());
        }
        assertThat(seen).doesNotHaveDuplicates().containsSubsequence(ids);
        assertThat(operator.get("/operator/holds?limit=0").param()).isEqualTo("limit");
        assertThat(operator.get("/operator/holds?after=x").param()).isEqualTo("after");
    }

    @Test
    void made_asks_the_provider_with_the_creates_own_key_and_then_goes_on_with_the_operation() {
        var id = held();
        renders.put("video_1", "{\"id\":\"video_1\",\"status\":\"in_progress\",\"progress\":10}");
        keysSeen.clear();

        var resolved = resolve(id, "{\"resolution\":\"made\",\"operation_id\":\"video_1\"}");

        assertThat(resolved.status()).isEqualTo(200);
        assertThat(resolved.json().path("status").asString()).isEqualTo("running");
        assertThat(resolved.json().path("hold").isNull()).isTrue();
        assertThat(keysSeen).containsExactly("Bearer sk-canary-provider-key");
        assertThat(caller.get("/v1/jobs/" + id + "/attempts")
                        .json()
                        .path("data")
                        .get(0)
                        .path("operation_id")
                        .asString())
                .isEqualTo("video_1");
    }

    @Test
    void a_render_that_failed_was_made_too() {
        var id = held();
        renders.put(
                "video_f", "{\"id\":\"video_f\",\"status\":\"failed\",\"error\":{\"code\":\"x\",\"message\":\"y\"}}");

        assertThat(resolve(id, "{\"resolution\":\"made\",\"operation_id\":\"video_f\"}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void an_operation_that_the_provider_does_not_know_changes_nothing() {
        var id = held();

        var reply = resolve(id, "{\"resolution\":\"made\",\"operation_id\":\"video_unknown\"}");

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.code()).isEqualTo("operation_not_found");
        assertThat(caller.job(id).json().path("hold").isObject()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"500, provider_unavailable", "429, provider_rate_limited"})
    void a_provider_that_can_not_be_asked_changes_nothing(String status, String code) {
        var id = held();
        renders.put("video_" + status, status);

        var reply = resolve(id, "{\"resolution\":\"made\",\"operation_id\":\"video_" + status + "\"}");

        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.code()).isEqualTo(code);
        assertThat(reply.header("retry-after")).isPresent();
        assertThat(caller.job(id).json().path("hold").isObject()).isTrue();
    }

    @Test
    void an_operation_belongs_to_one_attempt_only() {
        renders.put("video_2", "{\"id\":\"video_2\",\"status\":\"completed\"}");
        resolve(held(), "{\"resolution\":\"made\",\"operation_id\":\"video_2\"}");
        var other = held();

        var reply = resolve(other, "{\"resolution\":\"made\",\"operation_id\":\"video_2\"}");

        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.code()).isEqualTo("operation_taken");
        assertThat(reply.header("x-should-retry")).hasValue("false");
        assertThat(caller.job(other).json().path("hold").isObject()).isTrue();
    }

    @Test
    void a_key_that_is_no_longer_configured_can_not_ask() {
        var id = caller.submitVideo();
        worker.hold(worker.claim(id), "lookup_unsupported", "ffffffffffffffff");

        var reply = resolve(id, "{\"resolution\":\"made\",\"operation_id\":\"video_1\"}");

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.code()).isEqualTo("not_answerable");
    }

    @Test
    void not_made_tries_the_job_again() {
        var id = held();

        var resolved = resolve(id, "{\"resolution\":\"not_made\"}").json();

        assertThat(resolved.path("status").asString()).isEqualTo("queued");
        assertThat(resolved.path("hold").isNull()).isTrue();
    }

    @Test
    void give_up_fails_the_job() {
        var id = held();

        var resolved = resolve(id, "{\"resolution\":\"give_up\"}").json();

        assertThat(resolved.path("status").asString()).isEqualTo("failed");
        assertThat(resolved.path("error").path("code").asString()).isEqualTo("render_unaccounted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"not_made", "give_up"})
    void a_second_answer_is_a_conflict_that_is_not_to_be_retried(String first) {
        var id = held();
        resolve(id, "{\"resolution\":\"" + first + "\"}");

        var second = resolve(id, "{\"resolution\":\"give_up\"}");

        assertThat(second.status()).isEqualTo(409);
        assertThat(second.code()).isEqualTo("not_held");
        assertThat(second.header("x-should-retry")).hasValue("false");
    }

    @Test
    void of_many_answers_at_once_one_counts() throws Exception {
        var id = held();
        var start = new java.util.concurrent.CountDownLatch(1);
        try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<java.util.concurrent.Future<Reply>>();
            for (int i = 0; i < 8; i++) {
                var resolution = i % 2 == 0 ? "not_made" : "give_up";
                answers.add(threads.submit(() -> {
                    start.await();
                    return resolve(id, "{\"resolution\":\"" + resolution + "\"}");
                }));
            }
            start.countDown();
            var statuses = new ArrayList<Integer>();
            for (var answer : answers) {
                statuses.add(answer.get().status());
            }
            assertThat(statuses).containsOnlyOnce(200).contains(409);
        }
    }

    @Test
    void a_job_that_is_not_held_is_a_conflict_and_one_that_is_none_is_a_404() {
        assertThat(resolve(caller.submitVideo(), "{\"resolution\":\"give_up\"}").status())
                .isEqualTo(409);
        assertThat(resolve("job_1", "{\"resolution\":\"give_up\"}").status()).isEqualTo(404);
        assertThat(resolve(JobId.next().toString(), "{\"resolution\":\"give_up\"}")
                        .status())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|resolution",
                "{\"resolution\":\"perhaps\"}|resolution",
                "{\"resolution\":\"made\"}|operation_id",
                "{\"resolution\":\"made\",\"operation_id\":\"../x\"}|operation_id",
                "{\"resolution\":\"give_up\",\"operation_id\":\"video_1\"}|operation_id",
                "{\"resolution\":\"give_up\",\"force\":true}|force"
            })
    void an_answer_that_is_not_understood_is_refused_by_name(String body, String param) {
        var id = held();

        var reply = resolve(id, body);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.param()).isEqualTo(param);
        assertThat(caller.job(id).json().path("hold").isObject()).isTrue();
    }

    private String held() {
        var id = caller.submitVideo();
        worker.hold(worker.claim(id), "lookup_unsupported");
        return id;
    }

    private Reply resolve(String id, String body) {
        return operator.post("/operator/holds/" + id + "/resolve", body);
    }
}
