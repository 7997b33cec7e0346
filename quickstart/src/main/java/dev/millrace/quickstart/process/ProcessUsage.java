package dev.millrace.quickstart.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What processes have used so far.
///
/// @param cpuSeconds      user and system time since their start, in seconds
/// @param residentBytes   memory held now; what processes share is counted once where the kernel tells (Linux), 0 where
///                        it tells nothing
/// @param peakBytes       the most that each has held, added up; pages that they share are counted for each; 0 where
/// the
///                        kernel tells nothing
public record ProcessUsage(double cpuSeconds, long residentBytes, long peakBytes) {

    // USER_HZ, in which Linux states times to programs: 100 a second on every architecture that Java runs on.
    private static final double CLOCK_TICKS = 100;

    /// What the living ones among these processes have used.
    public static ProcessUsage of(List<Long> pids) {
        double cpu = 0;
        long resident = 0;
        long peak = 0;
        for (long pid : pids) {
            cpu += cpuSeconds(pid);
            resident += kilobytes(pid, "smaps_rollup", "Pss:") * 1024;
            peak += kilobytes(pid, "status", "VmHWM:") * 1024;
        }
        return new ProcessUsage(cpu, resident, peak);
    }

    /// What the process has used; zeros if it is gone.
    public static ProcessUsage of(long pid) {
        return of(List.of(pid));
    }

    public ProcessUsage plus(ProcessUsage other) {
        return new ProcessUsage(
                cpuSeconds + other.cpuSeconds, residentBytes + other.residentBytes, peakBytes + other.peakBytes);
    }

    private static double cpuSeconds(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .map(time -> time.toNanos() / 1e9)
                .orElse(0.0);
    }

    /// The time, in seconds, of those children of the process that have ended; 0 where the kernel tells nothing.
    public static double cpuSecondsOfEndedChildren(long pid) {
        try {
            var stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // After the name in parentheses, which may contain spaces, the state is the first field and cutime the
            // 14th.
            var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return (Long.parseLong(fields[13]) + Long.parseLong(fields[14])) / CLOCK_TICKS;
        } catch (IOException noProc) {
            return 0;
        }
    }

    /// The value of a `Name:   123 kB` line of a file under `/proc/<pid>`, or 0.
    private static long kilobytes(long pid, String file, String name) {
        try (var lines = Files.lines(Path.of("/proc", Long.toString(pid), file))) {
            return lines.filter(line -> line.startsWith(name))
                    .map(line -> line.substring(name.length()).replace("kB", "").strip())
                    .mapToLong(Long::parseLong)
                    .findFirst()
                    .orElse(0);
        } catch (IOException | java.io.UncheckedIOException noProc) {
            // No such process, not ours to read, or no /proc on this system: nothing is known.
            return 0;
        }
    }
}
