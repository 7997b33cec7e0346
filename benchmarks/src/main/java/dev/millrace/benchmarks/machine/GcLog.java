package dev.millrace.benchmarks.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A JVM's heap, as its log of collections (`-Xlog:gc`) tells it.
public final class GcLog {

    // [12.345s][info][gc] GC(17) Pause Young (Normal) (G1 Evacuation Pause) 153M->47M(256M) 3.111ms
    private static final Pattern COLLECTION =
            Pattern.compile("^\\[([0-9.]+)s].* GC\\(\\d+\\) Pause .* (\\d+)M->(\\d+)M\\((\\d+)M\\) ([0-9.]+)ms");

    private GcLog() {}

    /// @param peakBytes     the most in use before a collection
    /// @param liveBytes     what the last collection left
    /// @param peakLiveBytes the most that a collection left
    /// @param committedBytes the largest heap that the JVM took for itself
    /// @param collections   how many pauses there were
    /// @param pauseMillis   all of them together
    /// @param longestMillis the longest
    public record Heap(
            long peakBytes,
            long liveBytes,
            long peakLiveBytes,
            long committedBytes,
            int collections,
            double pauseMillis,
            double longestMillis) {

        static final Heap UNKNOWN = new Heap(0, 0, 0, 0, 0, 0, 0);

        private Heap with(long before, long after, long committed, double pause) {
            return new Heap(
                    Math.max(peakBytes, before),
                    after,
                    Math.max(peakLiveBytes, after),
                    Math.max(committedBytes, committed),
                    collections + 1,
                    pauseMillis + pause,
                    Math.max(longestMillis, pause));
        }
    }

    /// The JVM option that writes such a log.
    public static String option(Path file) {
        return "-Xlog:gc:file=" + file + ":uptime,level,tags:filecount=0";
    }

    /// Of the whole log; zeros if there was no collection.
    public static Heap read(Path file) {
        if (!Files.exists(file)) {
            return Heap.UNKNOWN;
        }
        try (var lines = Files.lines(file)) {
            return read(lines);
        } catch (IOException unreadable) {
            return Heap.UNKNOWN;
        }
    }

    static Heap read(Stream<String> lines) {
        var heap = new Heap[] {Heap.UNKNOWN};
        lines.forEach(line -> {
            var found = COLLECTION.matcher(line);
            if (found.find()) {
                heap[0] = heap[0].with(
                        megabytes(found.group(2)),
                        megabytes(found.group(3)),
                        megabytes(found.group(4)),
                        Double.parseDouble(found.group(5)));
            }
        });
        return heap[0];
    }

    private static long megabytes(String number) {
        return Long.parseLong(number) << 20;
    }
}
