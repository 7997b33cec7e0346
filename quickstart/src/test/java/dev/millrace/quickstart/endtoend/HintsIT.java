package dev.millrace.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.quickstart.platform.PlatformPorts;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What one process learns of a provider the others know, by way of a real broker: the provider's own ledger tells.
@DisplayNameGeneration(ReplaceUnderscores.class)
class HintsIT {

    private static final String BUSY = "busy";
    private static final int WAIT_SECONDS = 7;

    @TempDir
    Path folder;

    @Test
    void within_a_second_the_workers_leave_alone_what_a_call_found_resting() throws Exception {
        var ports = PlatformPorts.free();
        try (var stage = Stage.set(
                folder,
                ports,
                builder -> builder.workers(2)
                        .provider(BUSY, Stage.provider(ports, BUSY))
                        .model(BUSY, Map.of("deployments", List.of(Map.of("provider", BUSY, "model", "sim-chat")))))) {
            stage.witness().behave("chat", Map.of("status", 429, "retry-after", WAIT_SECONDS), 1);
            assertThat(call(stage, "the first to be told to wait")).isEqualTo(429);

            var second = await().pollDelay(Duration.ofSeconds(1))
                    .until(() -> stage.submitChat(BUSY, "the second, a second later"), job -> true);
            assertThat(stage.awaitEnd(second).status()).isEqualTo("succeeded");

            var asked = stage.witness().requests("chat", "the ");
            assertThat(asked).hasSize(2);
            assertThat(Duration.ofMillis(millis(asked.getLast()) - millis(asked.getFirst())))
                    .as("between the provider's 429 and the next request of any process")
                    .isGreaterThanOrEqualTo(Duration.ofMillis(WAIT_SECONDS * 1_000 - 200));
        }
    }

    private static long millis(JsonNode request) {
        return request.required("time_ms").asLong();
    }

    private static int call(Stage stage, String prompt) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(stage.platform().baseUrl().resolve("/v1/chat/completions"))
                                    .header(
                                            "authorization",
                                            "Bearer "
                                                    + stage.platform().project().apiKey())
                                    .header("content-type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofString(
                                            "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
                                                    .formatted(BUSY, prompt)))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }
}
