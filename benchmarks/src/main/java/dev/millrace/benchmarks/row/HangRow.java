package dev.millrace.benchmarks.row;

import dev.millrace.benchmarks.load.LoadPlan;
import dev.millrace.benchmarks.load.LoadResult;
import dev.millrace.benchmarks.report.Figure;
import dev.millrace.benchmarks.report.Section;
import dev.millrace.benchmarks.report.SectionBuilder;
import dev.millrace.benchmarks.report.Target;
import dev.millrace.benchmarks.stage.Bench;
import dev.millrace.benchmarks.stage.Progress;
import java.util.ArrayList;

/// Calls of a provider that takes 60 ms, alone and while another provider hangs with all its places taken: what of the
/// one is felt at the other.
record HangRow() implements Row {

    private static final int CONNECTIONS = 16;

    /// In which 16 connections that are opened are far fewer than one call in a hundred.
    private static final double SECONDS = 20;

    @Override
    public String name() {
        return "hang";
    }

    @Override
    public Section measure(Bench bench, WarmUp warmUp, Progress progress) {
        var settings = bench.settings();
        var section = new SectionBuilder(
                name(),
                "%d connections to a provider of 60 ms, alone and beside one that hangs with %d calls"
                        .formatted(CONNECTIONS, Calling.HUNG_CALLS),
                !settings.quick());
        var ratios = new ArrayList<Double>();
        var alone50 = new ArrayList<Double>();
        var alone99 = new ArrayList<Double>();
        var beside50 = new ArrayList<Double>();
        var beside99 = new ArrayList<Double>();
        LoadPlan calls = bench.calls()
                .withModel("completion", Calling.SLOW)
                .over(CONNECTIONS)
                .forSeconds(settings.runSeconds(SECONDS));
        run(bench, calls.forSeconds(settings.runSeconds(2)), section);
        for (int run = 1; run <= settings.runs(); run++) {
            progress.say("hang, run %d of %d", run, settings.runs());
            var alone = run(bench, calls, section);
            LoadResult beside;
            try (var hung = Hung.fill(bench)) {
                beside = run(bench, calls, section);
            }
            alone50.add(alone.latency().p50());
            alone99.add(alone.latency().p99());
            beside50.add(beside.latency().p50());
            beside99.add(beside.latency().p99());
            ratios.add(beside.latency().p99() / alone.latency().p99());
        }
        return section.figure(Figure.of("p99 beside, of p99 alone", "×", ratios).against(Target.atMost(1.2, 1.05)))
                .figure(Figure.of("alone: p50", " ms", alone50))
                .figure(Figure.of("alone: p99", " ms", alone99))
                .figure(Figure.of("beside: p50", " ms", beside50))
                .figure(Figure.of("beside: p99", " ms", beside99))
                .memory(bench.memory())
                .build();
    }

    private static LoadResult run(Bench bench, LoadPlan plan, SectionBuilder section) {
        var result = bench.load().run(plan);
        Trouble.with(section, result);
        if (result.refusals() > 0) {
            section.problem("%,d of %,d were refused", result.refusals(), result.sent());
        }
        return result;
    }
}
