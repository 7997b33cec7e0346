package dev.millrace.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.quickstart.platform.PlatformPorts;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How soon the jobs of a dead worker run again, with the lease as it comes. The limits are three times what is
/// promised; the profile `kill` of the benchmarks measures it.
@DisplayNameGeneration(ReplaceUnderscores.class)
class TakeBackIT {

    private static final int CALLS = 20;
    private static final Duration TAKEN_BACK = Duration.ofSeconds(3 * 10);
    private static final Duration RUNNING_AGAIN = Duration.ofSeconds(3 * 15);

    @TempDir
    Path folder;

    @Test
    void all_that_a_killed_worker_had_is_taken_back_and_runs_again_and_nothing_else_does() {
        try (var stage = Stage.set(
                folder,
                PlatformPorts.free(),
                builder -> builder.workers(2)
                        .setting("millrace.lease.duration", "5s")
                        .setting("millrace.lease.renew-every", "1s")
                        .chatModel("slow", "sim-chat~latency=120s~times=1~per=prompt"))) {
            var prompts =
                    IntStream.range(0, CALLS).mapToObj(i -> Stage.newPrompt()).toList();
            var jobs = prompts.stream()
                    .map(prompt -> stage.submitChat("slow", prompt))
                    .toList();
            prompts.forEach(prompt -> Awaitility.await("it is called")
                    .atMost(Stage.SOON)
                    .until(() -> stage.witness().requests("chat", prompt).size() == 1));
            var worker = stage.holder(jobs.getFirst());
            var its = jobs.stream()
                    .filter(job -> stage.holder(job).equals(worker))
                    .toList();

            var killed = Instant.now();
            worker.kill();

            assertThat(its).isNotEmpty().allSatisfy(job -> {
                assertThat(stage.awaitEnd(job).status()).isEqualTo("succeeded");
                assertThat(attempts(stage, job))
                        .as("an attempt that was lost, and one more")
                        .hasSize(2);
                assertThat(at(stage, job, "finished_at", 1)).isBetween(killed, killed.plus(TAKEN_BACK));
                assertThat(at(stage, job, "started_at", 2)).isBetween(killed, killed.plus(RUNNING_AGAIN));
            });
            var others = jobs.stream().filter(job -> !its.contains(job)).toList();
            assertThat(others)
                    .allSatisfy(job -> assertThat(attempts(stage, job))
                            .as("the call of the other worker goes on")
                            .containsExactly("started"));
            // Else the stop waits for them.
            others.forEach(stage.platform().jobs()::cancel);
            others.forEach(stage::awaitEnd);
        }
    }

    private static List<String> attempts(Stage stage, String job) {
        return stage.records().texts("select status from attempt where job_id = ? order by number", Records.uuid(job));
    }

    private static Instant at(Stage stage, String job, String what, int attempt) {
        var seconds = stage.records()
                .texts(
                        "select extract(epoch from " + what + ") from attempt where job_id = ? and number = ?",
                        Records.uuid(job),
                        attempt)
                .getFirst();
        return Instant.ofEpochMilli((long) (Double.parseDouble(seconds) * 1000));
    }
}
