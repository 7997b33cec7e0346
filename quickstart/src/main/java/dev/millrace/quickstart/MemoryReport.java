package dev.millrace.quickstart;

import dev.millrace.quickstart.platform.PartUsage;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// How much memory the parts of a platform may use, used at rest, and used at most.
final class MemoryReport {

    private final Console console;
    private Map<String, Long> atRest = Map.of();

    MemoryReport(Console console) {
        this.console = console;
    }

    void atRest(List<PartUsage> usage) {
        atRest = usage.stream()
                .collect(Collectors.toMap(PartUsage::part, part -> part.usage().residentBytes()));
    }

    void print(List<PartUsage> usage) {
        console.line("memory in MiB          heap limit   at rest       now    at most");
        long heap = 0;
        long rest = 0;
        long now = 0;
        for (var part : usage) {
            long before = atRest.getOrDefault(part.part(), 0L);
            heap += part.heapBytes();
            rest += before;
            now += part.usage().residentBytes();
            console.line(
                    "  %-20s %10s %9d %9d  %9s",
                    part.part(),
                    part.heapBytes() == 0 ? "-" : Long.toString(part.heapBytes() >> 20),
                    before >> 20,
                    part.usage().residentBytes() >> 20,
                    // PostgreSQL's processes share most of their pages; their peaks can't be added up.
                    part.heapBytes() == 0 ? "-" : Long.toString(part.usage().peakBytes() >> 20));
        }
        console.line("  %-20s %10d %9d %9d", "together", heap >> 20, rest >> 20, now >> 20);
    }
}
