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

/// Submissions as fast as they come, workers running: how much of its rate alone the work keeps, with callers who heed
/// nothing and with callers who wait as long as a refusal asks them to. Alone means that a backlog is worked off by
/// warm workers while nobody submits.
record OverloadRow() implements Row {

    /// Queues that are worked off: everything is compared with the median of them.
    private static final int QUEUES = 3;

    @Override
    public String name() {
        return "overload";
    }

    /// What the runs of one kind of caller came to.
    private static final class Callers {
        private final List<Double> finished = new ArrayList<>();
        private final List<Double> kept = new ArrayList<>();
        private final List<Double> accepted = new ArrayList<>();
        private final List<Double> refused = new ArrayList<>();
        private final List<Double> p99 = new ArrayList<>();
    }

    @Override
    public Section measure(Bench bench, WarmUp warmUp, Progress progress) {
        var settings = bench.settings();
        var section = new SectionBuilder(
                name(),
                "submissions as fast as %d connections allow, workers running".formatted(settings.connections()),
                !settings.quick());
        var queues = new ArrayList<Double>();
        for (int queue = 1; queue <= Math.min(QUEUES, settings.runs()); queue++) {
            queues.add(alone(bench, queue, progress, section));
        }
        var alone = Figure.of("work alone, nobody submits", "/s", queues);
        var balanced = new ArrayList<Double>();
        var heedless = new Callers();
        var heeding = new Callers();
        for (int run = 1; run <= settings.runs(); run++) {
            progress.say("overload, run %d of %d", run, settings.runs());
            double seconds = settings.runSeconds(15);
            balanced.add(WholeWay.run(bench, bench.submissionsWithin(settings.window()), seconds)
                    .perSecond());
            var recording = run == settings.runs() ? bench.record(name()) : null;
            measure(bench, bench.submissions(), seconds, alone.value(), heedless, section);
            Hot.note(section, recording);
            measure(bench, bench.submissions().obeying(), seconds, alone.value(), heeding, section);
        }
        section.figure(alone)
                .figure(Figure.of("whole way, window of %,d".formatted(settings.window()), "/s", balanced));
        show(section, "callers heed nothing", heedless);
        show(section, "callers obey Retry-After", heeding);
        return section.memory(bench.memory()).build();
    }

    private static void show(SectionBuilder section, String who, Callers callers) {
        section.figure(Figure.of(who + ": work keeps", "%", callers.kept).against(Target.atLeast(60, 80)))
                .figure(Figure.of(who + ": finished", "/s", callers.finished))
                .figure(Figure.of(who + ": accepted", "/s", callers.accepted))
                .figure(Figure.of(who + ": refused", "/s", callers.refused))
                .figure(Figure.of(who + ": accepted to told, p99", " ms", callers.p99));
    }

    private static void measure(
            Bench bench, LoadPlan plan, double seconds, double alone, Callers callers, SectionBuilder section) {
        var way = WholeWay.run(bench, plan, seconds);
        callers.finished.add(way.perSecond());
        callers.kept.add(100 * way.perSecond() / alone);
        callers.accepted.add(way.load().rate());
        callers.refused.add(way.load().refusals() / way.load().seconds());
        callers.p99.add(way.latency().p99());
        section.cpu(way.span().cpuSeconds(), way.told());
        Trouble.with(section, way.load());
        Trouble.with(section, bench, way.missing());
    }

    /// Stops the workers, fills the queue, starts them, lets them get warm on its first part, and times the rest.
    private static double alone(Bench bench, int queue, Progress progress, SectionBuilder section) {
        int toWarm = bench.settings().scaled(bench.settings().warmUp(), 1_000);
        int toTime = bench.settings().scaled(60_000, 1_000);
        progress.say("overload: queue %d of %,d jobs for work alone", queue, toWarm + toTime);
        bench.stopWorkers();
        var before = bench.witness().told();
        var load = bench.load().run(bench.submissions().forCount(toWarm + toTime));
        bench.startWorkers();
        long from = before.jobs() + toWarm;
        bench.witness().awaitTold(from);
        var began = bench.witness().told();
        long missing = bench.witness().awaitTold(before.jobs(), load);
        var ended = bench.witness().told();
        Trouble.with(section, load);
        Trouble.with(section, bench, missing);
        return (ended.jobs() - began.jobs()) / ((ended.nanos() - began.nanos()) / 1e9);
    }
}
