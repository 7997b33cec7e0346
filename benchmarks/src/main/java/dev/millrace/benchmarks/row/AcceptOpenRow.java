package dev.millrace.benchmarks.row;

import dev.millrace.benchmarks.load.LoadResult;
import dev.millrace.benchmarks.report.Figure;
import dev.millrace.benchmarks.report.Section;
import dev.millrace.benchmarks.report.SectionBuilder;
import dev.millrace.benchmarks.report.Target;
import dev.millrace.benchmarks.stage.Bench;
import dev.millrace.benchmarks.stage.Progress;
import java.util.ArrayList;

/// `POST /v1/jobs` at a steady rate, no worker running: how long a caller waits, counted from when it meant to send.
record AcceptOpenRow() implements Row {

    private static final double RATE = 1_000;

    @Override
    public String name() {
        return "accept-open";
    }

    @Override
    public Section measure(Bench bench, WarmUp warmUp, Progress progress) {
        var settings = bench.settings();
        var section = new SectionBuilder(
                name(),
                "durable accept at %,.0f a second in an open loop, workers stopped, latency from the intended time"
                        .formatted(RATE),
                !settings.quick());
        var raw = new RawRuns();
        var p50 = new ArrayList<Double>();
        var p99 = new ArrayList<Double>();
        var p999 = new ArrayList<Double>();
        var late = new ArrayList<Double>();
        var requests = new ArrayList<Double>();
        var inserts = new ArrayList<Double>();
        for (int run = 1; run <= settings.runs(); run++) {
            raw.measure(bench);
            var paced = bench.baselines().measureAt(RATE, settings.runSeconds(5));
            requests.add(paced.requests().p99());
            inserts.add(paced.inserts().p99());
            progress.say("accept-open, run %d of %d", run, settings.runs());
            var recording = run == settings.runs() ? bench.record(name()) : null;
            var mark = bench.usage().mark();
            LoadResult result =
                    bench.load().run(bench.submissions().atRate(RATE).forSeconds(settings.runSeconds(20)));
            var span = mark.end();
            Hot.note(section, recording);
            p50.add(result.latency().p50());
            p99.add(result.latency().p99());
            p999.add(result.latency().p999());
            late.add(result.sendDelay().p99());
            section.cpu(span.cpuSeconds(), result.accepted());
            Trouble.with(section, result);
            if (result.refusals() > 0) {
                section.problem("%,d of %,d were refused", result.refusals(), result.sent());
            }
        }
        section.figure(Figure.of("latency p50", " ms", p50))
                .figure(Figure.of("latency p99", " ms", p99).against(Target.atMost(25, 8)))
                .figure(Figure.of("latency p99.9", " ms", p999))
                .figure(Figure.of("of it the generator's own delay, p99", " ms", late));
        section.figure(Figure.of("raw: bare request at this rate, p99", " ms", requests))
                .figure(Figure.of("raw: insert at this rate, 32 connections, p99", " ms", inserts));
        raw.show(section);
        return section.memory(bench.memory()).build();
    }
}
