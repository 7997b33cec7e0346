package dev.millrace.asset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.asset.AssetStore.UnfitFileException;
import dev.millrace.job.JobId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/// On a real file system of 256 KiB, where this account may mount one.
@DisplayNameGeneration(ReplaceUnderscores.class)
class FullDiskTest {

    private static final JobId JOB = new JobId(UUID.randomUUID());

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
    void a_full_disk_is_a_failure_to_write_that_leaves_the_room_it_took_and_can_be_tried_again() throws Exception {
        var store = new AssetStore(new AssetSettings(disk.resolve("assets"), DataSize.ofMegabytes(10)));
        assertThat(store.objection("marker")).isEmpty();
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> store.store(JOB, 1, Mp4.stream(1_000_000), OptionalLong.of(1_000_000), "video/mp4"))
                .isNotInstanceOf(UnfitFileException.class);
        try (var left = Files.walk(disk)) {
            assertThat(left.filter(Files::isRegularFile)).containsExactly(disk.resolve("assets/.millrace-store"));
        }
        assertThat(store.takeOver(JOB, 1)).isEmpty();

        assertThat(store.store(JOB, 1, Mp4.stream(100_000), OptionalLong.of(100_000), "video/mp4")
                        .bytes())
                .isEqualTo(100_000);
    }
}
