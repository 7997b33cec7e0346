package dev.millrace.benchmarks.machine;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a run was measured on.
///
/// @param memoryBytes 0 where the system doesn't tell
/// @param load        what else ran before it began: the load average of a minute; negative where the system doesn't
///                    tell
public record Machine(int cores, String cpu, long memoryBytes, String system, String jdk, double load) {

    /// This machine, now.
    public static Machine here() {
        var system = ManagementFactory.getOperatingSystemMXBean();
        return new Machine(
                system.getAvailableProcessors(),
                field(Path.of("/proc/cpuinfo"), "model name"),
                number(field(Path.of("/proc/meminfo"), "MemTotal")) * 1024,
                system.getName() + " " + system.getVersion() + " " + system.getArch(),
                System.getProperty("java.vm.vendor") + " " + System.getProperty("java.vm.version"),
                system.getSystemLoadAverage());
    }

    /// The value of a `name : value` line; empty if there is none.
    private static String field(Path file, String name) {
        try (var lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(name) && line.contains(":"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("");
        } catch (IOException notThisSystem) {
            return "";
        }
    }

    private static long number(String kilobytes) {
        var digits = kilobytes.replaceAll("\\D", "");
        return digits.isEmpty() ? 0 : Long.parseLong(digits);
    }
}
