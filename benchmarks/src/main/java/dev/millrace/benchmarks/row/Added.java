package dev.millrace.benchmarks.row;

import dev.millrace.benchmarks.machine.Latencies;
import dev.millrace.benchmarks.report.Figure;
import dev.millrace.benchmarks.report.SectionBuilder;
import dev.millrace.benchmarks.report.Target;
import java.util.ArrayList;
import java.util.List;

/// What `api-service` and the pass-through add to direct calls, run by run.
final class Added {

    /// How much more than the pass-through is allowed where the machine's noise decides.
    private static final double MORE_P50 = 0.5;
    private static final double MORE_P99 = 2;

    private final String what;
    private final List<Double> p50 = new ArrayList<>();
    private final List<Double> p99 = new ArrayList<>();
    private final List<Double> passedP50 = new ArrayList<>();
    private final List<Double> passedP99 = new ArrayList<>();
    private final List<Double> directP50 = new ArrayList<>();
    private final List<Double> directP99 = new ArrayList<>();

    /// @param what such as `64 connections`
    Added(String what) {
        this.what = what;
    }

    void run(Latencies direct, Latencies passed, Latencies through) {
        p50.add(through.p50() - direct.p50());
        p99.add(through.p99() - direct.p99());
        passedP50.add(passed.p50() - direct.p50());
        passedP99.add(passed.p99() - direct.p99());
        directP50.add(direct.p50());
        directP99.add(direct.p99());
    }

    void show(SectionBuilder section) {
        section.figure(Figure.of(what + ": added p50", " ms", p50));
        section.figure(Figure.of(what + ": added p99", " ms", p99));
        beside(section);
    }

    /// Against floor and goal of the table, and never against less than the pass-through of this run can do.
    void show(SectionBuilder section, Target ofP50, Target ofP99) {
        var ownP50 = Figure.of("", "", passedP50).value() + MORE_P50;
        var ownP99 = Figure.of("", "", passedP99).value() + MORE_P99;
        section.figure(Figure.of(what + ": added p50", " ms", p50)
                .against(Target.atMost(Math.max(ofP50.floor(), ownP50), ofP50.goal())));
        section.figure(Figure.of(what + ": added p99", " ms", p99)
                .against(Target.atMost(Math.max(ofP99.floor(), ownP99), ofP99.goal())));
        beside(section);
    }

    private void beside(SectionBuilder section) {
        section.figure(Figure.of("  a bare pass-through adds, p50", " ms", passedP50));
        section.figure(Figure.of("  a bare pass-through adds, p99", " ms", passedP99));
        section.figure(Figure.of("  direct, p50", " ms", directP50));
        section.figure(Figure.of("  direct, p99", " ms", directP99));
    }
}
