package dev.millrace.benchmarks.row;

import dev.millrace.benchmarks.load.LoadResult;
import dev.millrace.benchmarks.machine.Latencies;
import dev.millrace.benchmarks.report.Figure;
import dev.millrace.benchmarks.report.Section;
import dev.millrace.benchmarks.report.SectionBuilder;
import dev.millrace.benchmarks.report.Target;
import dev.millrace.benchmarks.stage.Bench;
import dev.millrace.benchmarks.stage.Progress;
import java.util.ArrayList;
import java.util.HashSet;
import org.HdrHistogram.Histogram;

/// From a job's commit, by PostgreSQL's own record, to the first byte of the call as the provider saw it.
record PickupRow() implements Row {

    private static final double RATE = 200;

    @Override
    public String name() {
        return "pickup";
    }

    @Override
    public Section measure(Bench bench, WarmUp warmUp, Progress progress) {
        var settings = bench.settings();
        var section = new SectionBuilder(
                name(),
                "commit to provider call, %,.0f jobs a second in an open loop".formatted(RATE),
                !settings.quick());
        var raw = new RawRuns();
        var p50 = new ArrayList<Double>();
        var p99 = new ArrayList<Double>();
        var most = new ArrayList<Double>();
        var told50 = new ArrayList<Double>();
        var told99 = new ArrayList<Double>();
        for (int run = 1; run <= settings.runs(); run++) {
            raw.measure(bench);
            progress.say("pickup, run %d of %d", run, settings.runs());
            bench.simulator().recordAll();
            var before = bench.witness().toldUntilNow();
            long began = System.currentTimeMillis();
            var recording = run == settings.runs() ? bench.record(name()) : null;
            var mark = bench.usage().mark();
            LoadResult load = bench.load()
                    .run(bench.submissions().withPrompt("pickup").atRate(RATE).forSeconds(settings.runSeconds(30)));
            var span = mark.end();
            Hot.note(section, recording);
            long missing = bench.witness().awaitTold(before.jobs(), load);
            var told = bench.witness().told();
            var picked = pickups(bench, began, load, section);
            bench.simulator().countOnly();
            p50.add(picked.p50());
            p99.add(picked.p99());
            most.add(picked.max());
            told50.add(told.latency().p50());
            told99.add(told.latency().p99());
            section.cpu(span.cpuSeconds(), load.accepted());
            Trouble.with(section, load);
            Trouble.with(section, bench, missing);
        }
        section.figure(Figure.of("pickup p50", " ms", p50).against(Target.atMost(5, 2)))
                .figure(Figure.of("pickup p99", " ms", p99).against(Target.atMost(40, 10)))
                .figure(Figure.of("pickup, longest", " ms", most))
                .figure(Figure.of("accepted to told, p50", " ms", told50))
                .figure(Figure.of("accepted to told, p99", " ms", told99));
        raw.show(section);
        return section.memory(bench.memory()).build();
    }

    private static Latencies pickups(Bench bench, long began, LoadResult load, SectionBuilder section) {
        var commits = CommitTimes.byPrompt(bench.platform(), began);
        var histogram = new Histogram(600_000_000L, 3);
        var seen = new HashSet<String>();
        for (var call : bench.simulator().entries("chat", 0)) {
            var commit = commits.get(call.prompt());
            if (commit != null && seen.add(call.prompt())) {
                histogram.recordValue(Math.max(0, call.micros() - commit));
            }
        }
        if (seen.size() < load.accepted()) {
            section.problem("the provider saw %,d of %,d jobs", seen.size(), load.accepted());
        }
        return Latencies.of(histogram);
    }
}
