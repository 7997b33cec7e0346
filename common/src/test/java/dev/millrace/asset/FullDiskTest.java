package dev.millrace.asset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.asset.AssetStore.UnfitFileException;
import dev.millrace.job.JobId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FullDiskTest {

    private static final JobId JOB = new JobId(UUID.randomUUID());

    @Test
    void a_full_disk_is_a_failure_to_write_that_leaves_the_room_it_took_and_can_be_tried_again(@TempDir Path folder)
            throws IOException {
        try (var disk = new SmallDisk(folder)) {
            assertThat(disk.path()).isEmptyDirectory();
            var store = new AssetStore(new AssetSettings(folder.resolve("assets"), DataSize.ofMegabytes(10)));
            assertThat(store.objection("marker")).isEmpty();
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(
                            () -> store.store(JOB, 1, Mp4.stream(1_000_000), OptionalLong.of(1_000_000), "video/mp4"))
                    .isNotInstanceOf(UnfitFileException.class);
            try (var left = Files.walk(folder)) {
                assertThat(left.filter(Files::isRegularFile)).containsExactly(folder.resolve("assets/.millrace-store"));
            }
            assertThat(store.takeOver(JOB, 1)).isEmpty();

            assertThat(store.store(JOB, 1, Mp4.stream(100_000), OptionalLong.of(100_000), "video/mp4")
                            .bytes())
                    .isEqualTo(100_000);
        }
    }
}
