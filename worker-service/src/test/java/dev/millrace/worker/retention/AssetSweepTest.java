package dev.millrace.worker.retention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.asset.AssetSettings;
import dev.millrace.asset.AssetStore;
import dev.millrace.asset.Assets;
import dev.millrace.database.DatabaseWatch;
import dev.millrace.database.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

@DisplayNameGeneration(ReplaceUnderscores.class)
class AssetSweepTest {

    private static final TestDatabase test = TestDatabase.create();

    @TempDir
    Path folder;

    private AssetSweep sweep;

    @AfterAll
    static void end() {
        test.close();
    }

    @BeforeEach
    void openStore() throws IOException {
        var store = new AssetStore(new AssetSettings(folder, DataSize.ofMegabytes(1)));
        assertThat(store.objection("marker")).isEmpty();
        sweep = new AssetSweep(
                store,
                new Assets(test.database()),
                new DatabaseWatch(test.source(), test.database(), List.of()),
                Clock.systemUTC());
    }

    private Path file(String name, Duration age) throws IOException {
        var file = Files.createDirectories(folder.resolve("01234/567")).resolve(name);
        Files.writeString(file, "bytes");
        return age(file, age);
    }

    private static Path age(Path file, Duration age) throws IOException {
        return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
    }

    private void name(Path file) {
        test.database()
                .client()
                .sql("""
                        insert into asset (job_id, attempt, project_id, path, content_type, bytes, sha256)
                        values (:id, 1, :id, :path, 'video/mp4', 5, sha256(''))
                        """)
                .param("id", UUID.randomUUID())
                .param("path", folder.relativize(file).toString())
                .update();
    }

    @Test
    void a_file_that_no_row_names_goes_after_a_day_whole_or_not() throws Exception {
        var whole = file("whole.mp4", Duration.ofHours(25));
        var part = file("whole.mp4.1.part", Duration.ofHours(25));

        assertThat(sweep.sweep()).isEqualTo(2);

        assertThat(whole).doesNotExist();
        assertThat(part).doesNotExist();
    }

    @Test
    void a_file_that_a_row_names_stays_however_old_it_is() throws Exception {
        var named = file("named.mp4", Duration.ofDays(900));
        name(named);

        assertThat(sweep.sweep()).isZero();

        assertThat(named).exists();
    }

    @Test
    void a_file_that_may_still_be_named_stays() throws Exception {
        var young = file("young.mp4", Duration.ofHours(23));

        assertThat(sweep.sweep()).isZero();

        assertThat(young).exists();
    }

    @Test
    void the_stores_marker_stays() throws Exception {
        var marker = age(folder.resolve(".millrace-store"), Duration.ofDays(900));

        assertThat(sweep.sweep()).isZero();

        assertThat(marker).exists();
    }
}
