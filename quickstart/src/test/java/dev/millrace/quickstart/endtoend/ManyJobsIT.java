package dev.millrace.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.quickstart.platform.PlatformPorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two workers and ten thousand jobs.
@Tag("faults")
@DisplayNameGeneration(ReplaceUnderscores.class)
class ManyJobsIT {

    private static final int JOBS = 10_000;

    @TempDir
    static Path folder;

    @Test
    void none_is_run_twice_and_none_is_left() throws Exception {
        try (var stage = Stage.set(
                folder,
                PlatformPorts.free(),
                builder -> builder.workers(2)
                        // Slow machines may take long over so many; that no lease ends by it is not what is tested
                        // here.
                        .setting("millrace.lease.duration", "20s"))) {
            var submitted = new AtomicInteger();
            try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 16; i++) {
                    pool.submit(() -> {
                        while (submitted.getAndIncrement() < JOBS) {
                            stage.submitChat("chat", "job");
                        }
                    });
                }
                pool.shutdown();
                assertThat(pool.awaitTermination(180, TimeUnit.SECONDS)).isTrue();
            }
            Awaitility.await("all have ended")
                    .atMost(Duration.ofSeconds(180))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> stage.records().count("select count(*) from job_end") == JOBS);
            assertThat(stage.records().count("select count(*) from job_end where status <> 'succeeded'"))
                    .isZero();
            assertThat(stage.records().count("select count(*) from attempt where number > 1 or status <> 'succeeded'"))
                    .isZero();
            assertThat(stage.witness()
                            .get("/sim/counts")
                            .required("requests")
                            .valueStream()
                            .filter(count ->
                                    count.path("operation").asString("").equals("chat"))
                            .mapToLong(count -> count.path("count").asLong())
                            .sum())
                    .as("calls that the provider saw")
                    .isEqualTo(JOBS);
            Awaitility.await("each webhook has come")
                    .atMost(Duration.ofSeconds(120))
                    .until(() -> stage.records().count("select count(*) from delivery_due") == 0);
            assertThat(stage.receiver().received().stream()
                            .map(told -> told.id())
                            .distinct()
                            .count())
                    .isEqualTo(JOBS);
        }
    }
}
