package dev.millrace.benchmarks.report;

import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;

/// One number of a report.
///
/// @param unit   such as `/s`, `ms`, `s`, `MiB`, `%`, or empty
/// @param value  the median of the runs
/// @param runs   in the order in which they were made
public record Figure(String name, String unit, double value, List<Double> runs, Optional<Target> target) {

    /// The median of some runs. NaN without any.
    public static Figure of(String name, String unit, List<Double> runs) {
        return new Figure(name, unit, median(runs), List.copyOf(runs), Optional.empty());
    }

    public static Figure of(String name, String unit, double value) {
        return of(name, unit, List.of(value));
    }

    public Figure against(Target floorAndGoal) {
        return new Figure(name, unit, value, runs, Optional.of(floorAndGoal));
    }

    /// The same, judged by nothing: of a run too short to judge.
    public Figure unjudged() {
        return new Figure(name, unit, value, runs, Optional.empty());
    }

    /// Whether there is a floor that it misses. What was not measured misses it.
    public boolean misses() {
        return target.isPresent() && !(target.get().holdsFloor(value));
    }

    public double least() {
        return values().min().orElse(Double.NaN);
    }

    public double most() {
        return values().max().orElse(Double.NaN);
    }

    private DoubleStream values() {
        return runs.stream().mapToDouble(Double::doubleValue);
    }

    /// The middle one, or the mean of the two in the middle; NaN of none.
    static double median(List<Double> values) {
        if (values.isEmpty()) {
            return Double.NaN;
        }
        var sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
