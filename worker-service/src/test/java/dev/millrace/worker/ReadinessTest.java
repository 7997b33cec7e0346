package dev.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.worker.fixture.Outage;
import dev.millrace.worker.fixture.Provider;
import dev.millrace.worker.fixture.RunningWorker;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.env.Environment;

/// What a worker says of itself to whoever asks whether it lives and whether it is of use.
@DisplayNameGeneration(ReplaceUnderscores.class)
class ReadinessTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path assets;

    private final HttpClient http = HttpClient.newHttpClient();

    private record Said(int status, String words) {}

    private Said ask(RunningWorker worker, String path) throws IOException, InterruptedException {
        var port = worker.bean(Environment.class).getRequiredProperty("local.server.port");
        var reply = http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return new Said(reply.statusCode(), reply.body());
    }

    @Test
    void it_is_ready_and_degraded_without_Kafka_and_not_ready_without_PostgreSQL() throws Exception {
        try (var database = TestDatabase.create();
                var worker =
                        RunningWorker.start(database, new Provider(), assets, "logging.level.com.zaxxer.hikari=off")) {
            assertReady(ask(worker, "/readyz"));

            try (var outage = Outage.of(database)) {
                assertThat(outage).isNotNull();
                Awaitility.await("it says that it is not ready")
                        .atMost(SOON)
                        .until(() -> ask(worker, "/readyz").status() == 503);
                assertThat(ask(worker, "/readyz").words()).contains("\"database\":{\"status\":\"DOWN\"");
                assertThat(ask(worker, "/livez").status())
                        .as("a restart would not help")
                        .isEqualTo(200);
            }

            Awaitility.await("it is ready again")
                    .atMost(SOON)
                    .until(() -> ask(worker, "/readyz").status() == 200);
            assertReady(ask(worker, "/readyz"));
        }
    }

    private static void assertReady(Said readiness) {
        assertThat(readiness.status()).isEqualTo(200);
        assertThat(readiness.words())
                .contains(
                        "\"status\":\"DEGRADED\"",
                        "\"kafka\":{\"status\":\"DEGRADED\"",
                        "\"database\":{\"status\":\"UP\"");
    }
}
