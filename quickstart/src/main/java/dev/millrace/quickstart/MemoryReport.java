package dev.millrace.quickstart;

import dev.millrace.quickstart.platform.PartUsage;
import dev.millrace.quickstart.process.ProcessUsage;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// How much memory the parts of a platform may use, used at rest, and used at most; and what their start cost.
final class MemoryReport {

    private static final ProcessUsage NOTHING = new ProcessUsage(0, 0, 0);

    private final Console console;
    private Map<String, ProcessUsage> atRest = Map.of();

    MemoryReport(Console console) {
        this.console = console;
    }

    void atRest(List<PartUsage> usage) {
        atRest = usage.stream().collect(Collectors.toMap(PartUsage::part, PartUsage::usage));
    }

    void print(List<PartUsage> usage) {
        console.line("memory in MiB          heap limit   at rest       now   at most   CPU s to ready");
        long heap = 0;
        var rest = NOTHING;
        var now = NOTHING;
        for (var part : usage) {
            var before = atRest.getOrDefault(part.part(), NOTHING);
            heap += part.heapBytes();
            rest = rest.plus(before);
            now = now.plus(part.usage());
            console.line(
                    "  %-20s %10s %9d %9d %9s %16.1f",
                    part.part(),
                    part.heapBytes() == 0 ? "-" : Long.toString(part.heapBytes() >> 20),
                    before.residentBytes() >> 20,
                    part.usage().residentBytes() >> 20,
                    // PostgreSQL's processes share most of their pages; their peaks can't be added up.
                    part.heapBytes() == 0 ? "-" : Long.toString(part.usage().peakBytes() >> 20),
                    before.cpuSeconds());
        }
        console.line(
                "  %-20s %10d %9d %9d %9s %16.1f",
                "together", heap >> 20, rest.residentBytes() >> 20, now.residentBytes() >> 20, "", rest.cpuSeconds());
    }
}
