package dev.millrace.worker.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.database.TestDatabase;
import dev.millrace.worker.fixture.Provider;
import dev.millrace.worker.fixture.RunningWorker;
import dev.millrace.worker.fixture.Work;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// On a real file system that is too small, where this account may mount one.
@DisplayNameGeneration(ReplaceUnderscores.class)
class FullDiskTest {

    @TempDir
    Path disk;

    private boolean mounted;

    @BeforeEach
    void mount() throws Exception {
        mounted = succeeds("mount", "-t", "tmpfs", "-o", "size=256k", "millrace-test", disk.toString());
        assumeTrue(mounted, "a small disk can only be mounted by root");
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            assertThat(succeeds("umount", disk.toString())).isTrue();
        }
    }

    private static boolean succeeds(String... command) throws Exception {
        try {
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException noSuchCommand) {
            return false;
        }
    }

    @Test
    void a_full_disk_delays_a_fetch_and_nothing_else() throws Exception {
        var provider = new Provider();
        try (var database = TestDatabase.create();
                var worker = RunningWorker.start(database, provider, disk.resolve("assets"))) {
            assertThat(worker).isNotNull();
            var work = new Work(database);
            var large = work.video("sim-video~render=50ms~poll-after=50ms~content.size=1000000");
            work.await("select 1 from render where job_id = :id and phase = 'fetch' and errors > 1", large);
            assertThat(work.attempts(large)).containsExactly("1 accepted accepted");
            assertThat(work.awaitEnd(work.video("sim-video~render=50ms~poll-after=50ms")))
                    .as("a file that there is room for, in what the failed fetch gave back")
                    .isEqualTo("succeeded");

            assertThat(succeeds("mount", "-o", "remount,size=8m", disk.toString()))
                    .isTrue();

            assertThat(work.awaitEnd(large)).isEqualTo("succeeded");
            assertThat(provider.requests("video.create", large.prompt())).hasSize(1);
        }
    }
}
