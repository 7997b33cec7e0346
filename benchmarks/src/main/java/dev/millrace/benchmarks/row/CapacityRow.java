package dev.millrace.benchmarks.row;

import dev.millrace.benchmarks.load.LoadPlan;
import dev.millrace.benchmarks.report.Figure;
import dev.millrace.benchmarks.report.Section;
import dev.millrace.benchmarks.report.SectionBuilder;
import dev.millrace.benchmarks.report.Target;
import dev.millrace.benchmarks.stage.Bench;
import dev.millrace.benchmarks.stage.Progress;
import java.util.ArrayList;
import java.util.List;

/// Interactive calls past what `api-service` may have at once: four times as many callers as it has room for, who heed
/// nothing, and then who wait as long as a refusal asks. What it admitted it goes on serving, and the rest hears when
/// to
/// come again.
record CapacityRow() implements Row {

    static final int MOST_CALLS = 64;

    private static final int CALLERS = 4 * MOST_CALLS;

    /// What the runs of one kind of caller came to.
    private static final class Callers {
        private final List<Double> kept = new ArrayList<>();
        private final List<Double> refused = new ArrayList<>();
        private final List<Double> p50 = new ArrayList<>();
        private final List<Double> p99 = new ArrayList<>();
    }

    @Override
    public String name() {
        return "interactive-overload";
    }

    @Override
    public Section measure(Bench bench, WarmUp warmUp, Progress progress) {
        var settings = bench.settings();
        var section = new SectionBuilder(
                name(),
                "%d connections where %d calls of 60 ms may be under way".formatted(CALLERS, MOST_CALLS),
                !settings.quick());
        var allowed = new ArrayList<Double>();
        var heedless = new Callers();
        var heeding = new Callers();
        LoadPlan calls = bench.calls().withModel("completion", Calling.SLOW).forSeconds(settings.runSeconds(8));
        for (int run = 1; run <= settings.runs(); run++) {
            progress.say("interactive-overload, run %d of %d", run, settings.runs());
            // Half of what there is room for, so that none is refused for the moment between an answer and its end.
            var half = bench.load().run(calls.over(MOST_CALLS / 2));
            Trouble.with(section, half);
            double room = 2 * half.rate();
            allowed.add(room);
            measure(bench, calls.over(CALLERS), room, heedless, section);
            measure(bench, calls.over(CALLERS).obeying(), room, heeding, section);
        }
        section.figure(Figure.of("its room allows", "/s", allowed));
        show(section, "callers heed nothing", heedless);
        show(section, "callers obey Retry-After", heeding);
        return section.memory(bench.memory()).build();
    }

    private static void measure(Bench bench, LoadPlan plan, double room, Callers callers, SectionBuilder section) {
        var mark = bench.usage().mark();
        var crowd = bench.load().run(plan);
        section.cpu(mark.end().cpuSeconds(), crowd.accepted());
        Trouble.with(section, crowd);
        if (crowd.refusals() == 0) {
            section.problem("nobody was refused: %,d answers", crowd.accepted());
        }
        if (crowd.unhinted() > 0) {
            section.problem("%,d of %,d refusals had no Retry-After", crowd.unhinted(), crowd.refusals());
        }
        callers.kept.add(100 * crowd.rate() / room);
        callers.refused.add(crowd.refusals() / crowd.seconds());
        callers.p50.add(crowd.latency().p50());
        callers.p99.add(crowd.latency().p99());
    }

    private static void show(SectionBuilder section, String who, Callers callers) {
        section.figure(Figure.of(who + ": of that it serves", "%", callers.kept).against(Target.atLeast(60, 80)))
                .figure(Figure.of(who + ": refused", "/s", callers.refused))
                .figure(Figure.of(who + ": served, p50", " ms", callers.p50))
                .figure(Figure.of(who + ": served, p99", " ms", callers.p99));
    }
}
