package dev.millrace.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.quickstart.platform.PlatformPorts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A job that kills its worker each time it runs, played by a test that kills whoever holds it.
@Tag("faults")
@DisplayNameGeneration(ReplaceUnderscores.class)
class PoisonJobIT {

    @TempDir
    static Path folder;

    @Test
    void the_third_worker_that_dies_of_a_chat_job_ends_it_and_its_neighbours_succeed() {
        try (var stage = Stage.set(
                folder,
                PlatformPorts.free(),
                builder -> builder.workers(2)
                        .chatModel("deadly", "sim-chat~silence")
                        .chatModel("neighbour", "sim-chat~latency=1500ms"))) {
            var neighbours = new ArrayList<String>(List.of());
            var deadly = stage.submitChat("deadly", Stage.newPrompt());
            for (int death = 1; death <= 3; death++) {
                neighbours.add(stage.submitChat("neighbour", Stage.newPrompt()));
                var holder = stage.holder(deadly);
                holder.kill();
                stage.platform().startAndAwait(holder);
            }
            var ended = stage.awaitEnd(deadly);
            assertThat(ended.status()).isEqualTo("failed");
            assertThat(ended.json().path("error").path("code").asString()).isEqualTo("worker_lost");
            assertThat(stage.platform().jobs().attempts(deadly).path("data").valueStream())
                    .hasSize(3)
                    .allSatisfy(attempt ->
                            assertThat(attempt.path("status").asString()).isEqualTo("abandoned"));
            assertThat(neighbours)
                    .allSatisfy(job -> assertThat(stage.awaitEnd(job).status()).isEqualTo("succeeded"));
        }
    }
}
