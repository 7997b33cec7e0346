package dev.millrace.benchmarks.row;

import dev.millrace.benchmarks.report.Figure;
import dev.millrace.benchmarks.report.Section;
import dev.millrace.benchmarks.report.SectionBuilder;
import dev.millrace.benchmarks.report.Target;
import dev.millrace.benchmarks.stage.Bench;
import dev.millrace.benchmarks.stage.Progress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/// Streamed chat completions: the first token after 60 ms, then 50 events, 5 ms apart. What counts is how much later
/// the first event with content is there than from the provider itself.
record StreamRow() implements Row {

    private static final int JUDGED = 16;

    /// The warm-up of the rows has none, and the code that waits for an event is another than that which finds it
    /// there: with streams that come at once the compiler was still at work, a fifth of a processor, while p99 was
    /// measured.
    private static final int WARM_UP = 20_000;

    @Override
    public String name() {
        return "stream";
    }

    @Override
    public Section measure(Bench bench, WarmUp warmUp, Progress progress) {
        var settings = bench.settings();
        var section = new SectionBuilder(
                name(),
                "streams of 50 events 5 ms apart after 60 ms, 1, 16 and 64 at once, beside direct ones and a bare"
                        + " pass-through",
                !settings.quick());
        var added = new LinkedHashMap<Integer, Added>();
        var cpu = new ArrayList<Double>();
        var passedCpu = new ArrayList<Double>();
        var gaps = new ArrayList<Double>();
        var directGaps = new ArrayList<Double>();
        warmUp(bench, section, progress);
        for (int run = 1; run <= settings.runs(); run++) {
            progress.say("stream, run %d of %d", run, settings.runs());
            for (int connections : InteractiveRow.CONNECTIONS) {
                boolean judged = connections == JUDGED;
                var recording = judged && run == settings.runs() ? bench.record(name()) : null;
                var streams = Beside.measure(
                        bench,
                        "stream",
                        Calling.PLAYED_STREAM,
                        Calling.STREAM,
                        plan -> plan.over(connections).forSeconds(settings.runSeconds(judged ? 15 : 6)),
                        section);
                Hot.note(section, recording);
                added.computeIfAbsent(connections, key -> new Added(connections + " at once, first token"))
                        .run(
                                streams.direct().firstToken(),
                                streams.passed().firstToken(),
                                streams.through().firstToken());
                if (judged) {
                    cpu.add(streams.apiCpuPer1000());
                    passedCpu.add(streams.passedCpuPer1000());
                    gaps.add(streams.through().longestGap().p99());
                    directGaps.add(streams.direct().longestGap().p99());
                    section.cpu(streams.span().cpuSeconds(), streams.through().accepted());
                }
            }
        }
        added.forEach((connections, all) -> {
            if (connections == JUDGED) {
                all.show(section, Target.atMost(1, 0.6), Target.atMost(4, 2.5));
            } else {
                all.show(section);
            }
        });
        return section.figure(Figure.of("CPU for 1,000 streams, api-service (goal 3)", " s", cpu))
                .figure(Figure.of("  a bare pass-through", " s", passedCpu))
                .figure(Figure.of("longest gap in a stream, p99", " ms", gaps))
                .figure(Figure.of("  direct", " ms", directGaps))
                .memory(bench.memory())
                .build();
    }

    private static void warmUp(Bench bench, SectionBuilder section, Progress progress) {
        int streams = bench.settings().scaled(WARM_UP, 200);
        progress.say("warming up: %,d streams, and as many through the pass-through", streams);
        for (var plan : List.of(
                bench.calls().withModel("stream", Calling.STREAM),
                bench.passedCalls().withModel("stream", Calling.PLAYED_STREAM))) {
            Trouble.with(section, bench.load().run(plan.forCount(streams)));
        }
    }
}
