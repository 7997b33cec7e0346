package dev.millrace.benchmarks.row;

import dev.millrace.benchmarks.load.LoadResult;
import dev.millrace.benchmarks.report.Figure;
import dev.millrace.benchmarks.report.Section;
import dev.millrace.benchmarks.report.SectionBuilder;
import dev.millrace.benchmarks.report.Target;
import dev.millrace.benchmarks.stage.Bench;
import dev.millrace.benchmarks.stage.Progress;
import java.util.ArrayList;

/// `POST /v1/jobs` as fast as its connections allow, no worker running. Refusals are not counted as accepted.
record AcceptRow() implements Row {

    @Override
    public String name() {
        return "accept";
    }

    @Override
    public Section measure(Bench bench, WarmUp warmUp, Progress progress) {
        var settings = bench.settings();
        var section = new SectionBuilder(
                name(),
                "durable accept, %d connections in a closed loop, workers stopped, %d projects"
                        .formatted(settings.connections(), settings.projects()),
                !settings.quick());
        var raw = new RawRuns();
        var rates = new ArrayList<Double>();
        var p50 = new ArrayList<Double>();
        var p99 = new ArrayList<Double>();
        var platform = new ArrayList<Double>();
        long refusals = 0;
        for (int run = 1; run <= settings.runs(); run++) {
            raw.measure(bench);
            progress.say("accept, run %d of %d", run, settings.runs());
            var recording = run == settings.runs() ? bench.record(name()) : null;
            var mark = bench.usage().mark();
            LoadResult result = bench.load().run(bench.submissions().forSeconds(settings.runSeconds(10)));
            var span = mark.end();
            Hot.note(section, recording);
            rates.add(result.rate());
            p50.add(result.latency().p50());
            p99.add(result.latency().p99());
            platform.add(Bench.ofPlatform(span) * 1_000 / Math.max(1, result.accepted()));
            refusals += result.refusals();
            section.cpu(span.cpuSeconds(), result.accepted());
            Trouble.with(section, result);
        }
        section.figure(Figure.of("accepted", "/s", rates).against(Target.atLeast(6_000, 15_000)));
        warmUp.show(section);
        section.figure(Figure.of("latency p50", " ms", p50))
                .figure(Figure.of("latency p99", " ms", p99))
                .figure(Figure.of("CPU for 1,000, platform", " s", platform));
        raw.show(section);
        return section.note("refused with 429 or 503: %,d", refusals)
                .memory(bench.memory())
                .build();
    }
}
