package dev.millrace.benchmarks.row;

import dev.millrace.benchmarks.report.Figure;
import dev.millrace.benchmarks.report.Section;
import dev.millrace.benchmarks.report.SectionBuilder;
import dev.millrace.benchmarks.report.Target;
import dev.millrace.benchmarks.stage.Bench;
import dev.millrace.benchmarks.stage.Progress;
import java.util.ArrayList;

/// From submission to the signed webhook received, as fast as both ends keep pace: the load generator sends while less
/// than a window of jobs is under way, so that what is measured is what can be sustained and not how fast a queue
/// grows.
record WholeWayRow() implements Row {

    @Override
    public String name() {
        return "whole";
    }

    @Override
    public Section measure(Bench bench, WarmUp warmUp, Progress progress) {
        var settings = bench.settings();
        var section = new SectionBuilder(
                name(),
                "submission to signed webhook received, %d projects with an endpoint each, at most %,d jobs under way"
                        .formatted(settings.projects(), settings.window()),
                !settings.quick());
        var raw = new RawRuns();
        var rates = new ArrayList<Double>();
        var cpu = new ArrayList<Double>();
        var p50 = new ArrayList<Double>();
        var p99 = new ArrayList<Double>();
        long refusals = 0;
        for (int run = 1; run <= settings.runs(); run++) {
            raw.measure(bench);
            progress.say("whole way, run %d of %d", run, settings.runs());
            var recording = run == settings.runs() ? bench.record(name()) : null;
            var way = WholeWay.run(bench, bench.submissionsWithin(settings.window()), settings.runSeconds(15));
            Hot.note(section, recording);
            rates.add(way.perSecond());
            cpu.add(Bench.ofPlatform(way.span()) * 1_000 / Math.max(1, way.told()));
            p50.add(way.latency().p50());
            p99.add(way.latency().p99());
            refusals += way.load().refusals();
            section.cpu(way.span().cpuSeconds(), way.told());
            Trouble.with(section, way.load());
            Trouble.with(section, bench, way.missing());
        }
        section.figure(Figure.of("whole way", "/s", rates).against(Target.atLeast(2_000, 5_000)))
                .figure(Figure.of("CPU for 1,000 jobs, platform", " s", cpu).against(Target.atMost(0.75, 0.3)));
        warmUp.show(section);
        section.figure(Figure.of("accepted to told, p50", " ms", p50))
                .figure(Figure.of("accepted to told, p99", " ms", p99));
        raw.show(section);
        var told = bench.witness().told();
        return section.note(
                        "refused: %,d; told so far: %,d jobs, %,d of them more than once; signatures checked: %,d",
                        refusals, told.jobs(), told.repeated(), told.verified())
                .memory(bench.memory())
                .build();
    }
}
