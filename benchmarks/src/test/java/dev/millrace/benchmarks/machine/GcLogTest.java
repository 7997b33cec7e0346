package dev.millrace.benchmarks.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class GcLogTest {

    private static final long MEGABYTE = 1 << 20;

    @Test
    void peaks_are_of_all_collections_and_what_is_left_of_the_last() {
        var heap = GcLog.read(Stream.of(
                "[0.005s][info][gc] Using G1",
                "[1.234s][info][gc] GC(0) Pause Young (Normal) (G1 Evacuation Pause) 23M->7M(64M) 3.250ms",
                "[2.500s][info][gc] GC(1) Pause Young (Concurrent Start) (Metadata GC Threshold) 153M->47M(256M) 9.500ms",
                "[2.510s][info][gc] GC(2) Concurrent Mark Cycle",
                "[2.600s][info][gc] GC(2) Pause Remark 50M->49M(256M) 0.250ms",
                "[3.000s][info][gc] GC(3) Pause Full (System.gc()) 60M->12M(128M) 20.000ms"));
        assertThat(heap.peakBytes()).isEqualTo(153 * MEGABYTE);
        assertThat(heap.liveBytes()).isEqualTo(12 * MEGABYTE);
        assertThat(heap.peakLiveBytes()).isEqualTo(49 * MEGABYTE);
        assertThat(heap.committedBytes()).isEqualTo(256 * MEGABYTE);
        assertThat(heap.collections()).isEqualTo(4);
        assertThat(heap.pauseMillis()).isEqualTo(33.0);
        assertThat(heap.longestMillis()).isEqualTo(20.0);
    }

    @Test
    void without_a_log_nothing_is_known(@TempDir Path folder) {
        assertThat(GcLog.read(folder.resolve("none")).collections()).isZero();
    }

    @Test
    void this_jvm_writes_what_is_read(@TempDir Path folder) throws Exception {
        var log = folder.resolve("gc.log");
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var jvm = new ProcessBuilder(java, "-Xmx32m", "-XX:+UseSerialGC", GcLog.option(log), "-version")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out").toFile())
                .start();
        assertThat(jvm.waitFor()).isZero();
        assertThat(log).content().contains("Using Serial");
    }
}
