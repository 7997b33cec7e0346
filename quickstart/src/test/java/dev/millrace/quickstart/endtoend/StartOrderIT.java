package dev.millrace.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.quickstart.platform.Part;
import dev.millrace.quickstart.platform.Platform;
import dev.millrace.quickstart.process.ServiceProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Services that are started before what they need.
@Tag("faults")
@DisplayNameGeneration(ReplaceUnderscores.class)
class StartOrderIT {

    @TempDir
    Path folder;

    @Test
    void services_started_first_wait_not_ready_and_say_so_and_need_no_restart() {
        try (var platform = Platform.builder()
                .dataFolder(folder)
                .workers(2)
                .without(Part.POSTGRES, Part.KAFKA)
                .start()) {
            awaitAll(platform, new Expected(503, "OUT_OF_SERVICE"));
            assertThat(services(platform)).allSatisfy(service -> {
                var life = platform.readyAddress(service).resolve("/livez");
                Awaitility.await("it lives, and needs no restart")
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> Health.of(life).status() == 200);
                awaitSaid(service, "Waiting for PostgreSQL: ");
                awaitSaid(service, "Waiting for Kafka");
            });

            platform.postgres().start();
            platform.postgres().createDatabase(Platform.DATABASE);
            awaitAll(platform, new Expected(200, "DEGRADED"));
            var migrations =
                    new Records(platform).texts("select version from flyway_schema_history where success order by 1");
            assertThat(migrations)
                    .as("three services that start together migrate once")
                    .isNotEmpty()
                    .doesNotHaveDuplicates();
            assertSucceeds(platform);

            platform.broker().start();
            awaitAll(platform, new Expected(200, "UP"));
            assertThat(services(platform)).allSatisfy(service -> awaitSaid(service, "Kafka is there"));
            assertSucceeds(platform);
        }
    }

    private record Expected(int status, String word) {}

    private static List<ServiceProcess> services(Platform platform) {
        var all = new ArrayList<>(platform.workers());
        all.add(platform.api());
        return all;
    }

    private static void awaitAll(Platform platform, Expected expected) {
        Awaitility.await(expected.toString())
                .atMost(Stage.SOON)
                .untilAsserted(() -> assertThat(services(platform)).allSatisfy(service -> {
                    var health = Health.of(platform.readyAddress(service));
                    assertThat(new Expected(health.status(), health.word())).isEqualTo(expected);
                }));
    }

    private static void awaitSaid(ServiceProcess service, String words) {
        Awaitility.await(service + " says: " + words)
                .atMost(Duration.ofSeconds(20))
                .until(() -> said(service).contains(words));
    }

    private static String said(ServiceProcess service) {
        try {
            return Files.readString(service.log());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static void assertSucceeds(Platform platform) {
        var job = platform.jobs()
                .submit(
                        "chat",
                        Map.of("model", "sim-chat", "messages", List.of(Map.of("role", "user", "content", "Hello"))),
                        null);
        assertThat(platform.jobs().awaitEnd(job.id(), Stage.SOON).status()).isEqualTo("succeeded");
    }
}
