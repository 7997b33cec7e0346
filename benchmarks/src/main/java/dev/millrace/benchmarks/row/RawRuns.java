package dev.millrace.benchmarks.row;

import dev.millrace.benchmarks.machine.Steadiness;
import dev.millrace.benchmarks.report.Figure;
import dev.millrace.benchmarks.report.SectionBuilder;
import dev.millrace.benchmarks.stage.Baselines;
import dev.millrace.benchmarks.stage.Bench;
import java.util.ArrayList;
import java.util.List;

/// The machine without the platform, measured before each run.
final class RawRuns {

    private final List<Double> requests = new ArrayList<>();
    private final List<Double> single = new ArrayList<>();
    private final List<Double> batched = new ArrayList<>();
    private final List<Double> slow = new ArrayList<>();
    private final List<Double> spells = new ArrayList<>();
    private final List<Double> longest = new ArrayList<>();

    void measure(Bench bench) {
        Baselines.Raw raw = bench.baselines().measure(bench.settings().quick() ? 0.3 : 1);
        requests.add(raw.requests());
        single.add(raw.single());
        batched.add(raw.batched());
        var steadiness = steadiness(bench.settings().quick() ? 0.1 : 3);
        slow.add(100 * steadiness.slow());
        spells.add(steadiness.spells());
        longest.add(steadiness.longest());
    }

    private static Steadiness steadiness(double seconds) {
        try {
            return Steadiness.measure(seconds);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", interrupted);
        }
    }

    void show(SectionBuilder section) {
        section.figure(Figure.of("raw: bare request, same client", "/s", requests))
                .figure(Figure.of("raw: insert, 32 connections", "/s", single))
                .figure(Figure.of("raw: insert, 100 rows a statement", "/s", batched))
                .figure(Figure.of("raw: time in which processors are below 60 % of their speed", " %", slow))
                .figure(Figure.of("raw: … for 15 ms or longer", " a second", spells))
                .figure(Figure.of("raw: … the longest", " ms", longest));
    }
}
