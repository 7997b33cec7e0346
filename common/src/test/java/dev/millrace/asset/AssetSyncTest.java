package dev.millrace.asset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.JobId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/// What a loss of power leaves, told by the virtual machine's own record of what was forced to the disk.
@DisplayNameGeneration(ReplaceUnderscores.class)
class AssetSyncTest {

    private static final JobId JOB = new JobId(UUID.fromString("019a0000-1111-7222-8333-444444444444"));

    @TempDir
    Path root;

    @TempDir
    Path recordings;

    private void store(int attempt) throws IOException {
        new AssetStore(new AssetSettings(root, DataSize.ofMegabytes(1)))
                .store(JOB, attempt, Mp4.stream(1_000), OptionalLong.of(1_000), "video/mp4");
    }

    /// What was forced to the disk under the store's root, in this order; of a name that a writer makes up, the part
    /// that it does not.
    private List<String> forcedWhile(int attempt) throws IOException {
        var file = recordings.resolve(attempt + ".jfr");
        try (var recording = new Recording()) {
            recording.enable("jdk.FileForce").withoutThreshold();
            recording.start();
            store(attempt);
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .sorted(Comparator.comparing(RecordedEvent::getStartTime))
                .map(event -> Path.of(event.getString("path")))
                .filter(path -> path.startsWith(root))
                .map(path -> root.relativize(path).toString().replaceFirst("\\.mp4\\..*", ""))
                .toList();
    }

    @Test
    void a_file_is_forced_to_the_disk_before_it_has_its_name_then_the_folder_that_names_it() throws IOException {
        store(1);

        assertThat(forcedWhile(2)).containsExactly("019a0/000/019a0000111172228333444444444444-2", "019a0/000");
    }

    @Test
    void new_folders_are_forced_to_the_disk_as_well() throws IOException {
        assertThat(forcedWhile(1))
                .containsExactly("019a0", "", "019a0/000/019a0000111172228333444444444444-1", "019a0/000");
    }
}
