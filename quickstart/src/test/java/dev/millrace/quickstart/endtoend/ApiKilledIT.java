package dev.millrace.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.quickstart.client.Project;
import dev.millrace.quickstart.platform.PlatformPorts;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// An api-service dies by `kill -9` while it answers calls of a project with a budget and of one without. What had
/// ended before is in the books call by call, and what was under way as one amount, which counts as spent all the time.
@DisplayNameGeneration(ReplaceUnderscores.class)
class ApiKilledIT {

    /// A token of an answer costs a cent, so a call holds so much until it has ended.
    private static final int MOST_TOKENS = 40;

    private static final BigDecimal BUDGET = new BigDecimal("100");
    private static final Duration WRITTEN_OFF = Duration.ofMinutes(3);

    @TempDir
    static Path folder;

    private static Stage stage;

    private final HttpClient http = HttpClient.newHttpClient();
    private final JsonMapper json = new JsonMapper();

    @BeforeAll
    static void start() {
        stage = Stage.set(
                folder,
                PlatformPorts.free(),
                builder -> builder.setting("millrace.prices.table", List.of(Map.of("of", "chat", "out", 10_000))));
    }

    @AfterAll
    static void stop() {
        stage.close();
    }

    private HttpRequest.Builder request(String path, Project project) {
        return HttpRequest.newBuilder(stage.platform().baseUrl().resolve(path))
                .header("authorization", "Bearer " + project.apiKey())
                .timeout(Duration.ofSeconds(60));
    }

    private HttpRequest chat(Project project) {
        var body = Map.of(
                "model",
                "chat",
                "max_tokens",
                MOST_TOKENS,
                "messages",
                List.of(Map.of("role", "user", "content", Stage.newPrompt())));
        return request("/v1/chat/completions", project)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json.writeValueAsString(body)))
                .build();
    }

    private JsonNode send(HttpRequest request) {
        try {
            var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return json.readTree(answer.body());
        } catch (IOException gone) {
            throw new AssertionError(gone);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    private JsonNode usage(Project project) {
        return send(request("/v1/usage", project).GET().build()).path("data").path(0);
    }

    private static BigDecimal drawn(Project project) {
        return new BigDecimal(stage.records()
                .texts(
                        "select coalesce(sum(amount), 0)::text from call_block where project_id = ?",
                        UUID.fromString(project.id()))
                .getFirst());
    }

    /// Calls that have ended and are written, and what they have cost.
    private BigDecimal calls(Project project) {
        var costs = new ArrayList<BigDecimal>();
        // A budget is known a second after it was set; calls before that draw as if there were none.
        Awaitility.await("calls draw")
                .atMost(Stage.SOON)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    var answer = send(chat(project));
                    costs.add(BigDecimal.valueOf(
                            answer.path("usage").path("completion_tokens").asLong(), 2));
                    return costs.size() >= 3 && drawn(project).signum() > 0;
                });
        Awaitility.await("they are written")
                .atMost(Stage.SOON)
                .until(() -> usage(project).path("attempts").asInt() == costs.size());
        return costs.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    @Test
    void what_ended_is_in_the_books_call_by_call_and_what_was_under_way_as_one_amount() {
        var limited = stage.platform().operator().createProject("limited", Optional.of(BUDGET));
        var unlimited = stage.platform().operator().createProject("unlimited", Optional.empty());
        var costs = Map.of(limited, calls(limited), unlimited, calls(unlimited));
        var attempts = Map.of(limited, attempts(limited), unlimited, attempts(unlimited));
        var lost = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        try (var first = stage.witness().hold("chat", "before-answer");
                var second = stage.witness().hold("chat", "before-answer")) {
            for (var project : costs.keySet()) {
                lost.add(http.sendAsync(chat(project), HttpResponse.BodyHandlers.ofString()));
            }
            first.awaitHeld(1);
            second.awaitHeld(1);
            for (var project : costs.keySet()) {
                Awaitility.await("it is drawn for that call at least")
                        .atMost(Stage.SOON)
                        .pollInterval(Duration.ofMillis(10))
                        .until(() -> drawn(project).compareTo(BigDecimal.valueOf(MOST_TOKENS, 2)) >= 0);
            }
            stage.platform().api().kill();
            // What the provider has read, it carries out.
            first.release();
            second.release();
        }
        assertThat(lost).allSatisfy(call -> assertThat(call).failsWithin(Stage.SOON));
        var held = Map.of(limited, drawn(limited), unlimited, drawn(unlimited));

        stage.platform().startAndAwait(stage.platform().api());

        costs.forEach((project, cost) -> {
            assertThat(usage(project).path("cost").decimalValue()).isEqualByComparingTo(cost);
            assertThat(drawn(project)).as("it counts as spent").isEqualByComparingTo(held.get(project));
        });
        costs.forEach((project, cost) -> {
            Awaitility.await("nobody has renewed the block for a minute")
                    .atMost(WRITTEN_OFF)
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() ->
                            usage(project).path("unaccounted").decimalValue().signum() > 0);
            var sum = usage(project);
            assertThat(sum.path("unaccounted").decimalValue()).isEqualByComparingTo(held.get(project));
            assertThat(sum.path("cost").decimalValue()).isEqualByComparingTo(cost);
            assertThat(sum.path("attempts").asInt()).isEqualTo(attempts.get(project));
            assertThat(drawn(project)).isZero();
        });
    }

    private int attempts(Project project) {
        return usage(project).path("attempts").asInt();
    }
}
