package dev.millrace.benchmarks.report;

import dev.millrace.benchmarks.machine.GcLog;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/// What one row or profile measured.
///
/// @param name       as asked for on the command line
/// @param title      what was measured, in words
/// @param cpuPer1000 processor seconds for 1,000 jobs (or requests, where no jobs are run), by process
/// @param memory     by process
/// @param series     values over time, by name; each column as long as the first
/// @param notes      what the reader has to know
/// @param problems   why the figures can't be trusted, or the run failed; none if all went well
public record Section(
        String name,
        String title,
        List<Figure> figures,
        Map<String, Figure> cpuPer1000,
        Map<String, Memory> memory,
        SortedMap<String, List<Double>> series,
        List<String> notes,
        List<String> problems) {

    /// @param peakBytes most that the process held; for PostgreSQL the sum over its processes, shared pages once
    public record Memory(long peakBytes, GcLog.Heap heap) {}

    /// Whether all that was judged holds its floor, and nothing went wrong.
    public boolean passes() {
        return problems.isEmpty() && figures.stream().noneMatch(Figure::misses);
    }
}
