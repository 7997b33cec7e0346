package dev.millrace.worker.polling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.asset.SmallDisk;
import dev.millrace.database.TestDatabase;
import dev.millrace.worker.fixture.Provider;
import dev.millrace.worker.fixture.RunningWorker;
import dev.millrace.worker.fixture.Work;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FullDiskTest {

    @Test
    void a_full_disk_delays_a_fetch_and_nothing_else(@TempDir Path folder) {
        var provider = new Provider();
        try (var disk = new SmallDisk(folder);
                var database = TestDatabase.create();
                var worker = RunningWorker.start(database, provider, folder.resolve("assets"))) {
            assertThat(worker).isNotNull();
            var work = new Work(database);
            var large = work.video("sim-video~render=50ms~poll-after=50ms~content.size=1000000");
            work.await("select 1 from render where job_id = :id and phase = 'fetch' and errors > 1", large);
            assertThat(work.attempts(large)).containsExactly("1 accepted accepted");
            assertThat(work.awaitEnd(work.video("sim-video~render=50ms~poll-after=50ms")))
                    .as("a file that there is room for, in what the failed fetch gave back")
                    .isEqualTo("succeeded");

            disk.grow("8m");

            assertThat(work.awaitEnd(large)).isEqualTo("succeeded");
            assertThat(provider.requests("video.create", large.prompt())).hasSize(1);
        }
    }
}
