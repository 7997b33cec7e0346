package dev.millrace.benchmarks.report;

import dev.millrace.benchmarks.machine.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// A report as people read it.
public final class TextReport {

    private static final int SERIES_SHOWN = 12;

    private TextReport() {}

    /// What was measured, on what, with which settings.
    public static List<String> head(Report report) {
        var lines = new ArrayList<String>();
        Machine machine = report.machine();
        lines.add("Millrace " + report.commit() + ", " + report.date());
        lines.add(format(
                "%d cores, %s, %d MiB, %s, JDK %s; load before it began %.1f",
                machine.cores(),
                machine.cpu().isEmpty() ? "processor unknown" : machine.cpu(),
                machine.memoryBytes() >> 20,
                machine.system(),
                machine.jdk(),
                machine.load()));
        lines.add(report.settings().entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" ")));
        return lines;
    }

    public static List<String> section(Section section) {
        var lines = new ArrayList<String>();
        lines.add("");
        lines.add(section.name() + ": " + section.title());
        var table = new Table("", "median", "least … most", "floor", "goal", "");
        section.figures().forEach(figure -> table.row(cells(figure)));
        table.lines().forEach(line -> lines.add("  " + line));
        if (!section.cpuPer1000().isEmpty()) {
            lines.add("  CPU seconds per 1,000: " + cpu(section.cpuPer1000()));
        }
        if (!section.memory().isEmpty()) {
            lines.add("  peak memory in MiB (heap in use, left after a collection): " + memory(section.memory()));
        }
        if (!section.series().isEmpty()) {
            lines.addAll(series(section.series()));
        }
        section.notes().forEach(note -> lines.add("  " + note));
        section.problems().forEach(problem -> lines.add("  NOT GOOD: " + problem));
        return lines;
    }

    private static String[] cells(Figure figure) {
        var target = figure.target();
        return new String[] {
            figure.name(),
            number(figure.value()) + figure.unit(),
            figure.runs().size() > 1 ? number(figure.least()) + " … " + number(figure.most()) : "",
            target.map(t -> number(t.floor()) + figure.unit()).orElse(""),
            target.map(t -> number(t.goal()) + figure.unit()).orElse(""),
            target.map(t -> verdict(t, figure)).orElse("")
        };
    }

    private static String verdict(Target target, Figure figure) {
        if (figure.misses()) {
            return "MISSED";
        }
        return target.reachesGoal(figure.value()) ? "goal" : "ok";
    }

    private static String cpu(Map<String, Figure> byProcess) {
        return byProcess.entrySet().stream()
                .map(entry -> entry.getKey() + format(" %.3f", entry.getValue().value()))
                .collect(Collectors.joining(", "));
    }

    private static String memory(Map<String, Section.Memory> byProcess) {
        return byProcess.entrySet().stream()
                .map(entry -> {
                    var heap = entry.getValue().heap();
                    return format("%s %d", entry.getKey(), entry.getValue().peakBytes() >> 20)
                            + (heap.collections() == 0
                                    ? ""
                                    : format(" (%d, %d)", heap.peakBytes() >> 20, heap.peakLiveBytes() >> 20));
                })
                .collect(Collectors.joining(", "));
    }

    /// Not every sample, since they may be many; the JSON has them all.
    private static List<String> series(Map<String, List<Double>> columns) {
        var names = columns.keySet().toArray(String[]::new);
        var table = new Table(names);
        int count = columns.values().stream().mapToInt(List::size).min().orElse(0);
        int step = Math.max(1, (count + SERIES_SHOWN - 1) / SERIES_SHOWN);
        for (int i = 0; i < count; i += step) {
            int row = i;
            table.row(columns.values().stream()
                    .map(values -> number(values.get(row)))
                    .toArray(String[]::new));
        }
        return table.lines().stream().map(line -> "    " + line).toList();
    }

    /// With as many digits as matter.
    static String number(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        double size = Math.abs(value);
        if (size >= 100 || value == Math.rint(value)) {
            return format("%,.0f", value);
        }
        return size >= 10 ? format("%.1f", value) : size >= 0.1 ? format("%.2f", value) : format("%.3f", value);
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be the only use of its library
    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
