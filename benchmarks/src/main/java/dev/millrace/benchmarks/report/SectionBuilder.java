package dev.millrace.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Collects what a row or profile measured.
public final class SectionBuilder {

    private final String name;
    private final String title;
    private final boolean judged;
    private final List<Figure> figures = new ArrayList<>();
    private final Map<String, List<Double>> cpu = new LinkedHashMap<>();
    private final Map<String, Section.Memory> memory = new LinkedHashMap<>();
    private final SortedMap<String, List<Double>> series = new TreeMap<>();
    private final List<String> notes = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    /// @param judged whether floors count; in short runs they do not
    public SectionBuilder(String name, String title, boolean judged) {
        this.name = name;
        this.title = title;
        this.judged = judged;
    }

    public SectionBuilder figure(Figure figure) {
        figures.add(judged ? figure : figure.unjudged());
        return this;
    }

    public SectionBuilder figure(String of, String unit, double value) {
        return figure(Figure.of(of, unit, value));
    }

    /// Adds one run's processor seconds by process, for so many jobs.
    public SectionBuilder cpu(Map<String, Double> seconds, double jobs) {
        seconds.forEach((process, used) ->
                cpu.computeIfAbsent(process, key -> new ArrayList<>()).add(jobs == 0 ? 0 : used * 1_000 / jobs));
        return this;
    }

    public SectionBuilder memory(Map<String, Section.Memory> byProcess) {
        memory.putAll(byProcess);
        return this;
    }

    public SectionBuilder sample(String column, double value) {
        series.computeIfAbsent(column, key -> new ArrayList<>()).add(value);
        return this;
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be the only use of its library
    public SectionBuilder note(String format, Object... values) {
        notes.add(String.format(Locale.ROOT, format, values));
        return this;
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be the only use of its library
    public SectionBuilder problem(String format, Object... values) {
        problems.add(String.format(Locale.ROOT, format, values));
        return this;
    }

    public Section build() {
        var perThousand = new LinkedHashMap<String, Figure>();
        cpu.forEach((process, runs) -> perThousand.put(process, Figure.of(process, "s", runs)));
        return new Section(
                name,
                title,
                List.copyOf(figures),
                perThousand,
                new LinkedHashMap<>(memory),
                series,
                List.copyOf(notes),
                List.copyOf(problems));
    }
}
