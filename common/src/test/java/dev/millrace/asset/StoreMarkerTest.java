package dev.millrace.asset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/// All services of one database use one store, and no other database's.
@DisplayNameGeneration(ReplaceUnderscores.class)
class StoreMarkerTest {

    @TempDir
    Path folder;

    private static Optional<String> objection(Path root, String marker) throws IOException {
        return new AssetStore(new AssetSettings(root, DataSize.ofMegabytes(1))).objection(marker);
    }

    @Test
    void the_first_service_makes_the_store_its_databases_own() throws Exception {
        var root = folder.resolve("a/b");
        assertThat(objection(root, "one")).isEmpty();
        assertThat(objection(root, "one"))
                .as("a second service, or a second start")
                .isEmpty();
        assertThat(root).isDirectoryContaining(file -> file.endsWith(".millrace-store"));
    }

    @Test
    void the_store_of_another_database_is_refused() throws Exception {
        assertThat(objection(folder, "one")).isEmpty();
        assertThat(objection(folder, "two")).hasValue("the asset store " + folder + " belongs to another database");
        assertThat(objection(folder, "one")).as("it is still the first one's").isEmpty();
    }

    @Test
    void a_folder_with_files_and_no_marker_is_refused_and_left_as_it_was() throws Exception {
        Files.writeString(folder.resolve("holiday.mp4"), "mine");
        assertThat(objection(folder, "one"))
                .hasValue("the asset store " + folder + " holds files, but not of this database");
        assertThat(folder.resolve(".millrace-store")).doesNotExist();
    }

    @Test
    void the_folder_that_a_new_file_system_brings_is_no_file_of_anybodys() throws Exception {
        Files.createDirectory(folder.resolve("lost+found"));
        assertThat(objection(folder, "one")).isEmpty();
    }

    @Test
    void a_start_that_was_killed_while_it_made_the_marker_does_not_keep_the_next_from_starting() throws Exception {
        Files.writeString(folder.resolve(".millrace-store.0b0c8a43-3b1a-4c52-9a39-0a6f8b0a3f0e"), "on");
        assertThat(objection(folder, "one")).isEmpty();
        assertThat(objection(folder, "one")).isEmpty();
    }

    @Test
    void a_root_that_can_not_be_a_folder_is_told_as_a_failure() throws Exception {
        var file = Files.writeString(folder.resolve("file"), "");
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> objection(file, "one"));
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> objection(file.resolve("below"), "one"));
    }

    @Test
    void services_that_start_together_agree_each_time() throws Exception {
        int services = 4;
        try (var threads = Executors.newFixedThreadPool(services)) {
            for (int round = 0; round < 300; round++) {
                var root = folder.resolve("round-" + round);
                var together = new CyclicBarrier(services);
                var starts = new ArrayList<Callable<Optional<String>>>();
                for (int i = 0; i < services; i++) {
                    starts.add(() -> {
                        together.await();
                        return objection(root, "one");
                    });
                }
                for (var start : threads.invokeAll(starts)) {
                    assertThat(start.get()).as("round " + round).isEmpty();
                }
                try (var left = Files.list(root)) {
                    assertThat(left).containsExactly(root.resolve(".millrace-store"));
                }
            }
        }
    }
}
