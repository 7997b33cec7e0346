package dev.millrace.benchmarks.row;

import dev.millrace.benchmarks.load.LoadPlan;
import dev.millrace.benchmarks.report.Figure;
import dev.millrace.benchmarks.report.Section;
import dev.millrace.benchmarks.report.SectionBuilder;
import dev.millrace.benchmarks.report.Target;
import dev.millrace.benchmarks.stage.Bench;
import dev.millrace.benchmarks.stage.Progress;
import java.util.ArrayList;

/// Interactive calls past what `api-service` may have at once: four times as many callers as it has room for, who heed
/// nothing. What it admitted it goes on serving, and the rest hears when to come again.
record CapacityRow() implements Row {

    static final int MOST_CALLS = 64;

    @Override
    public String name() {
        return "interactive-overload";
    }

    @Override
    public Section measure(Bench bench, WarmUp warmUp, Progress progress) {
        var settings = bench.settings();
        var section = new SectionBuilder(
                name(),
                "%d connections where %d calls of 60 ms may be under way".formatted(4 * MOST_CALLS, MOST_CALLS),
                !settings.quick());
        var alone = new ArrayList<Double>();
        var kept = new ArrayList<Double>();
        var refused = new ArrayList<Double>();
        var p50 = new ArrayList<Double>();
        var p99 = new ArrayList<Double>();
        LoadPlan calls = bench.calls().withModel("completion", Calling.SLOW).forSeconds(settings.runSeconds(8));
        for (int run = 1; run <= settings.runs(); run++) {
            progress.say("interactive-overload, run %d of %d", run, settings.runs());
            var full = bench.load().run(calls.over(MOST_CALLS / 2));
            Trouble.with(section, full);
            var mark = bench.usage().mark();
            var crowd = bench.load().run(calls.over(4 * MOST_CALLS));
            section.cpu(mark.end().cpuSeconds(), crowd.accepted());
            Trouble.with(section, crowd);
            if (crowd.refusals() == 0) {
                section.problem("nobody was refused: %,d answers", crowd.accepted());
            }
            if (crowd.unhinted() > 0) {
                section.problem(
                        "%,d of %,d refusals had no Retry-After", crowd.unhinted(), crowd.refusals());
            }
            alone.add(2 * full.rate());
            kept.add(100 * crowd.rate() / (2 * full.rate()));
            refused.add(crowd.refusals() / crowd.seconds());
            p50.add(crowd.latency().p50());
            p99.add(crowd.latency().p99());
        }
        return section.figure(Figure.of("of what its room allows, it serves", "%", kept)
                        .against(Target.atLeast(60, 80)))
                .figure(Figure.of("its room allows", "/s", alone))
                .figure(Figure.of("refused", "/s", refused))
                .figure(Figure.of("served, p50", " ms", p50))
                .figure(Figure.of("served, p99", " ms", p99))
                .memory(bench.memory())
                .build();
    }
}
