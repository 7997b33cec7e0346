package dev.millrace.api.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.RunningApi;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A service with memory for nine requests at once, eight of them one project's.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class OpenRequestsTest {

    @TempDir
    private Path assets = Path.of("");

    private static CompletableFuture<Reply> begin(ApiClient caller, String job) {
        return CompletableFuture.supplyAsync(
                () -> caller.with("Prefer", "wait=5").job(job), Thread::startVirtualThread);
    }

    private static void awaitOpen(RunningApi api, int count) {
        var open = api.bean(MeterRegistry.class).get("millrace.requests.open").gauge();
        Awaitility.await("%d are open".formatted(count))
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> open.value() == count);
    }

    @Test
    void what_there_is_no_memory_for_is_refused_and_others_find_a_place_and_the_service_stays_ready() {
        try (var api = RunningApi.start(assets, "millrace.requests.most=9")) {
            var greedy = api.newCaller();
            var awaited = greedy.submitChat();
            var other = api.newCaller();
            var waits = Stream.generate(() -> begin(greedy, awaited)).limit(8).toList();
            awaitOpen(api, 8);

            var refused = greedy.job(awaited);

            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.code()).isEqualTo("overloaded");
            assertThat(refused.header("retry-after")).hasValue("1");
            assertThat(other.get("/v1/jobs").status()).isEqualTo(200);
            assertThat(api.anybody().get("/readyz").status()).isEqualTo(200);

            waits.forEach(wait -> assertThat(
                            wait.orTimeout(30, TimeUnit.SECONDS).join().status())
                    .isEqualTo(200));
            awaitOpen(api, 0);
            assertThat(greedy.job(awaited).status()).isEqualTo(200);
        }
    }
}
