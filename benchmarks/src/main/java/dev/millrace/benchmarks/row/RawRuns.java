package dev.millrace.benchmarks.row;

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

    void measure(Bench bench) {
        Baselines.Raw raw = bench.baselines().measure(bench.settings().quick() ? 0.3 : 1);
        requests.add(raw.requests());
        single.add(raw.single());
        batched.add(raw.batched());
    }

    void show(SectionBuilder section) {
        section.figure(Figure.of("raw: bare request, same client", "/s", requests))
                .figure(Figure.of("raw: insert, 32 connections", "/s", single))
                .figure(Figure.of("raw: insert, 100 rows a statement", "/s", batched));
    }
}
