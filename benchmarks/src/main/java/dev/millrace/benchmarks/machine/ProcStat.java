package dev.millrace.benchmarks.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What Linux says under `/proc` of processor time and memory.
public final class ProcStat {

    // USER_HZ, in which Linux states times to programs: 100 a second on every architecture that Java runs on.
    private static final double TICKS = 100;

    private ProcStat() {}

    /// Processor seconds of these processes since their start, with those of their children that have ended; what is
    /// gone counts nothing any more, unless a parent among them has waited for it.
    public static double cpuSeconds(List<Long> pids) {
        double sum = 0;
        for (long pid : pids) {
            try {
                sum += cpuSeconds(Files.readString(Path.of("/proc", Long.toString(pid), "stat")));
            } catch (IOException gone) {
                // Its time is its parent's now.
            }
        }
        return sum;
    }

    /// Of one line of `/proc/<pid>/stat`: user and system time, its own and that of children it has waited for.
    static double cpuSeconds(String stat) {
        // The name in parentheses may contain spaces and parentheses; the state follows it.
        var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long ticks = 0;
        for (int n = 11; n <= 14; n++) {
            ticks += Long.parseLong(fields[n]);
        }
        return ticks / TICKS;
    }

    /// Processor seconds of the whole machine since it started.
    ///
    /// @param busy   spent by processes and the kernel
    /// @param stolen taken by other guests of the same host
    public record Total(double busy, double stolen) {

        public Total since(Total before) {
            return new Total(busy - before.busy, stolen - before.stolen);
        }
    }

    /// Of all processes and all processors.
    public static Total total() {
        try (var lines = Files.lines(Path.of("/proc/stat"))) {
            return total(lines.findFirst().orElse(""));
        } catch (IOException notThisSystem) {
            return new Total(0, 0);
        }
    }

    /// Of the first line of `/proc/stat`: `cpu user nice system idle iowait irq softirq steal …`.
    static Total total(String line) {
        var fields = line.strip().split("\\s+");
        if (fields.length < 9 || !fields[0].equals("cpu")) {
            return new Total(0, 0);
        }
        long busy = 0;
        for (int n : new int[] {1, 2, 3, 6, 7}) {
            busy += Long.parseLong(fields[n]);
        }
        return new Total(busy / TICKS, Long.parseLong(fields[8]) / TICKS);
    }

    /// The most memory that the process has held, in bytes; 0 where the kernel tells nothing.
    public static long peakBytes(long pid) {
        return kilobytes(Path.of("/proc", Long.toString(pid), "status"), "VmHWM:") * 1024;
    }

    /// The memory that these processes hold now, in bytes; what they share is counted once.
    public static long proportionalBytes(List<Long> pids) {
        return pids.stream()
                .mapToLong(pid -> kilobytes(Path.of("/proc", Long.toString(pid), "smaps_rollup"), "Pss:") * 1024)
                .sum();
    }

    /// The memory that the process holds now, in bytes.
    public static long residentBytes(long pid) {
        return kilobytes(Path.of("/proc", Long.toString(pid), "status"), "VmRSS:") * 1024;
    }

    private static long kilobytes(Path file, String name) {
        try (var lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(name))
                    .map(line -> line.substring(name.length()).replace("kB", "").strip())
                    .mapToLong(Long::parseLong)
                    .findFirst()
                    .orElse(0);
        } catch (IOException | java.io.UncheckedIOException gone) {
            // No such process, or no /proc on this system: nothing is known.
            return 0;
        }
    }
}
