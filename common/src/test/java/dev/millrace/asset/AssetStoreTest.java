package dev.millrace.asset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.asset.AssetStore.UnfitFileException;
import dev.millrace.job.JobId;
import dev.millrace.render.StoredFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(30)
class AssetStoreTest {

    private static final JobId JOB = new JobId(UUID.fromString("019a0000-1111-7222-8333-444444444444"));
    private static final int MOST = 300_000;

    @TempDir
    Path root;

    private AssetStore store() {
        return new AssetStore(new AssetSettings(root, DataSize.ofBytes(MOST)));
    }

    private List<Path> files() throws IOException {
        try (var all = Files.walk(root)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    private static byte[] sha256(byte[] bytes) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(bytes);
    }

    private StoredFile store(InputStream bytes, OptionalLong length, String type) throws IOException {
        return store().store(JOB, 1, bytes, length, type);
    }

    @Test
    void a_video_is_kept_under_its_attempt_with_its_size_and_checksum() throws Exception {
        var bytes = Mp4.of(200_000, 1);
        var stored = store(new ByteArrayInputStream(bytes), OptionalLong.of(bytes.length), "video/mp4");
        assertThat(stored.bytes()).isEqualTo(200_000);
        assertThat(stored.sha256()).isEqualTo(sha256(bytes));
        assertThat(stored.contentType()).isEqualTo("video/mp4");
        assertThat(files()).containsExactly(root.resolve(stored.path()));
        assertThat(root.resolve(stored.path())).hasBinaryContent(bytes);
    }

    @Test
    void a_path_is_of_our_own_making_and_tells_job_and_attempt() throws Exception {
        assertThat(store(Mp4.stream(100), OptionalLong.empty(), "video/mp4").path())
                .isEqualTo("019a0/000/019a0000111172228333444444444444-1.mp4");
        assertThat(store().store(JOB, 2, Mp4.stream(100), OptionalLong.empty(), "video/mp4")
                        .path())
                .isEqualTo("019a0/000/019a0000111172228333444444444444-2.mp4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"video/mp4", "video/mp4; codecs=avc1", "video/quicktime", "application/octet-stream"})
    void a_type_that_a_video_may_have_is_taken(String type) throws Exception {
        assertThat(store(Mp4.stream(100), OptionalLong.of(100), type).contentType())
                .isEqualTo("video/mp4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "application/json", "text/html; charset=utf-8", "image/webp", "text/video/mp4"})
    void another_type_is_no_asset_and_leaves_nothing_behind(String type) throws Exception {
        assertThatExceptionOfType(UnfitFileException.class)
                .isThrownBy(() -> store(Mp4.stream(100), OptionalLong.of(100), type))
                .withMessageContaining(type.isEmpty() ? "no type" : type);
        assertThat(files()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "{\"error\":{\"message\":\"not ready\"}}", "<html></html>", "\0\0\0 fty"})
    void bytes_that_are_no_mp4_are_no_asset_whatever_type_they_came_with(String body) throws Exception {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        assertThatExceptionOfType(UnfitFileException.class)
                .isThrownBy(() -> store(new ByteArrayInputStream(bytes), OptionalLong.of(bytes.length), "video/mp4"));
        assertThat(files()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 99_999, 100_001, 1_000_000})
    void another_length_than_declared_is_no_asset_and_leaves_nothing_behind(long declared) throws Exception {
        assertThatExceptionOfType(UnfitFileException.class)
                .isThrownBy(() -> store(Mp4.stream(100_000), OptionalLong.of(declared), "video/mp4"))
                .withMessageContaining("100000")
                .withMessageContaining(Long.toString(declared));
        assertThat(files()).isEmpty();
    }

    @Test
    void the_largest_file_that_is_allowed_is_kept_and_one_byte_more_leaves_nothing_behind() throws Exception {
        assertThat(store(Mp4.stream(MOST), OptionalLong.empty(), "video/mp4").bytes())
                .isEqualTo(MOST);
        assertThatExceptionOfType(UnfitFileException.class)
                .isThrownBy(() -> store().store(JOB, 2, Mp4.stream(MOST + 1), OptionalLong.of(MOST + 1), "video/mp4"));
        assertThat(files()).hasSize(1);
    }

    @Test
    void a_file_without_end_is_given_up_at_the_limit() throws Exception {
        var endless = new SequenceInputStream(Mp4.stream(8), new InputStream() {
            @Override
            public int read() {
                return 'x';
            }
        });
        assertThatExceptionOfType(UnfitFileException.class)
                .isThrownBy(() -> store(endless, OptionalLong.empty(), "video/mp4"));
        assertThat(files()).isEmpty();
    }

    @Test
    void a_provider_that_breaks_off_leaves_nothing_behind_and_its_own_failure_is_told() throws Exception {
        var broken = new SequenceInputStream(Mp4.stream(150_000), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("Premature end");
            }
        });
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> store(broken, OptionalLong.of(200_000), "video/mp4"))
                .isNotInstanceOf(UnfitFileException.class)
                .withMessage("Premature end");
        assertThat(files()).isEmpty();
    }

    /// Gives its bytes, and before the end of them waits for the latch.
    private static InputStream heldBack(byte[] bytes, CountDownLatch begun, CountDownLatch latch) {
        return new InputStream() {
            private int next;

            @Override
            public int read() throws IOException {
                if (next == bytes.length - 1) {
                    begun.countDown();
                    try {
                        latch.await();
                    } catch (InterruptedException interrupted) {
                        throw new IOException(interrupted);
                    }
                }
                return next == bytes.length ? -1 : bytes[next++] & 0xff;
            }
        };
    }

    @Test
    void under_its_final_name_a_file_is_whole_and_until_then_it_is_not_there() throws Exception {
        var begun = new CountDownLatch(1);
        var latch = new CountDownLatch(1);
        var bytes = Mp4.of(200_000, 3);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var storing = threads.submit(
                    () -> store(heldBack(bytes, begun, latch), OptionalLong.of(bytes.length), "video/mp4"));
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(files())
                    .singleElement()
                    .satisfies(file -> assertThat(file.toString()).endsWith(".part"));
            assertThat(store().takeOver(JOB, 1)).isEmpty();
            latch.countDown();
            var stored = storing.get();
            assertThat(files()).containsExactly(root.resolve(stored.path()));
        }
    }

    @Test
    void writers_of_the_same_attempt_do_not_write_into_each_others_file() throws Exception {
        var versions = new ArrayList<byte[]>();
        var tasks = new ArrayList<Callable<StoredFile>>();
        for (int i = 0; i < 8; i++) {
            var bytes = Mp4.of(100_000 + i, i);
            versions.add(bytes);
            tasks.add(() -> store(new ByteArrayInputStream(bytes), OptionalLong.of(bytes.length), "video/mp4"));
        }
        try (var threads = Executors.newFixedThreadPool(8)) {
            var results = new ArrayList<StoredFile>();
            for (Future<StoredFile> one : threads.invokeAll(tasks)) {
                results.add(one.get());
            }
            for (int i = 0; i < 8; i++) {
                assertThat(results.get(i).sha256()).isEqualTo(sha256(versions.get(i)));
            }
            assertThat(files()).hasSize(1);
            var kept = Files.readAllBytes(root.resolve(results.getFirst().path()));
            assertThat(versions).anySatisfy(version -> assertThat(kept).isEqualTo(version));
        }
    }

    @Test
    void one_writer_that_fails_takes_nothing_from_another_of_the_same_attempt() throws Exception {
        var bytes = Mp4.of(1_000, 4);
        store(new ByteArrayInputStream(bytes), OptionalLong.of(1_000), "video/mp4");
        assertThatExceptionOfType(UnfitFileException.class)
                .isThrownBy(() -> store(Mp4.stream(500), OptionalLong.of(1_000), "video/mp4"));
        assertThat(files()).singleElement().satisfies(file -> assertThat(file).hasBinaryContent(bytes));
    }

    @Test
    void a_successor_takes_over_a_whole_file_as_if_it_had_stored_it() throws Exception {
        var stored = store(Mp4.stream(150_000), OptionalLong.empty(), "video/mp4");
        assertThat(store().takeOver(JOB, 1)).hasValueSatisfying(taken -> {
            assertThat(taken.path()).isEqualTo(stored.path());
            assertThat(taken.bytes()).isEqualTo(stored.bytes());
            assertThat(taken.sha256()).isEqualTo(stored.sha256());
            assertThat(taken.contentType()).isEqualTo(stored.contentType());
        });
        assertThat(store().takeOver(JOB, 2)).as("of another attempt").isEmpty();
        assertThat(store().takeOver(new JobId(UUID.randomUUID()), 1))
                .as("of another job")
                .isEmpty();
    }

    @Test
    void a_stored_file_is_read_at_any_place() throws Exception {
        var bytes = Mp4.of(1_000, 5);
        var stored = store(new ByteArrayInputStream(bytes), OptionalLong.empty(), "video/mp4");
        try (var channel = store().open(stored.path())) {
            assertThat(channel.size()).isEqualTo(1_000);
            var part = ByteBuffer.allocate(10);
            channel.read(part, 500);
            assertThat(part.array()).isEqualTo(java.util.Arrays.copyOfRange(bytes, 500, 510));
        }
    }

    @Test
    void a_file_that_is_gone_is_told_as_such() throws Exception {
        var stored = store(Mp4.stream(100), OptionalLong.empty(), "video/mp4");
        store().delete(stored.path());
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> store().open(stored.path()).close());
        store().delete(stored.path());
    }

    @ParameterizedTest
    @ValueSource(strings = {"../secret", "a/../../secret", "/etc/passwd", "019a0/../../../etc/passwd"})
    void no_path_leads_out_of_the_store(String path) {
        assertThatIllegalArgumentException().isThrownBy(() -> store().open(path).close());
        assertThatIllegalArgumentException().isThrownBy(() -> store().delete(path));
    }

    @Test
    void old_files_are_found_whether_finished_or_not_and_the_marker_is_none_of_them() throws Exception {
        assertThat(store().objection("marker")).isEmpty();
        var old = store(Mp4.stream(100), OptionalLong.empty(), "video/mp4").path();
        var left = old + "." + UUID.randomUUID() + ".part";
        Files.write(root.resolve(left), new byte[10]);
        for (var file : files()) {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        }
        store().store(JOB, 2, Mp4.stream(100), OptionalLong.empty(), "video/mp4");

        assertThat(store().writtenBefore(Instant.now().minus(Duration.ofDays(1))))
                .containsExactlyInAnyOrder(old, left);
        store().delete(left);
        assertThat(root.resolve(left)).doesNotExist();
    }

    @Test
    void a_store_that_is_not_there_yet_has_no_old_files() throws Exception {
        var absent = new AssetStore(new AssetSettings(root.resolve("absent"), DataSize.ofBytes(MOST)));
        assertThat(absent.writtenBefore(Instant.now())).isEmpty();
    }
}
