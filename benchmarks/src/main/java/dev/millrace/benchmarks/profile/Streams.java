package dev.millrace.benchmarks.profile;

import dev.millrace.benchmarks.load.LoadPlan;
import dev.millrace.benchmarks.machine.GcLog;
import dev.millrace.benchmarks.report.Figure;
import dev.millrace.benchmarks.report.Section;
import dev.millrace.benchmarks.report.SectionBuilder;
import dev.millrace.benchmarks.report.Target;
import dev.millrace.benchmarks.row.Hot;
import dev.millrace.benchmarks.row.Trouble;
import dev.millrace.benchmarks.stage.Bench;
import dev.millrace.benchmarks.stage.BenchSettings;
import dev.millrace.benchmarks.stage.Progress;
import dev.millrace.benchmarks.stage.Waiting;
import dev.millrace.quickstart.platform.Part;
import java.time.Duration;

/// Thousands of streams at once through one `api-service`, each with an event a second for a minute.
record Streams() implements Profile {

    private static final String HEAP = "1g";
    private static final double BEGUN_A_SECOND = 250;
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    @Override
    public Section run(BenchSettings settings, Profiles.Sizes sizes, Progress progress) {
        int streams = settings.scaled(5_000, 50);
        int events = settings.scaled(60, 3);
        // So that the first streams are still there when the last begins.
        int more = (int) Math.ceil(streams / BEGUN_A_SECOND) + 5;
        var section = new SectionBuilder(
                "streams",
                "%,d streams at once through one api-service, an event a second for at least %d s"
                        .formatted(streams, events),
                !settings.quick());
        progress.say("starting");
        try (var bench = Bench.open(
                settings,
                progress,
                builder -> builder.without(Part.WORKERS)
                        .apiHeap(settings.apiHeap().isEmpty() ? HEAP : settings.apiHeap())
                        .simulatorJvm("-Xmx640m")
                        .setting("millrace.chat.most-calls", Math.max(streams, 5_000))
                        .setting("millrace.providers.simulator.calls", Math.max(streams * 5 / 4, 1_000))
                        .chatModel("slow-stream", "sim-chat~first-token=1s~gap=1s~tokens=" + (events + more)))) {
            bench.load().run(bench.calls().forCount(settings.scaled(20_000, 500)));
            LoadPlan plan = bench.calls()
                    .withModel("stream", "slow-stream")
                    .over(streams)
                    .atRate(BEGUN_A_SECOND)
                    .forCount(streams);
            progress.say("%,d streams of %d s", streams, events + more);
            var recording = bench.record("streams");
            var mark = bench.usage().mark();
            bench.load().start(plan);
            var most = new long[1];
            Waiting.until(
                    () -> {
                        most[0] = Math.max(most[0], bench.simulator().open());
                        return bench.load().look().done();
                    },
                    LOOK_EVERY,
                    Duration.ofSeconds(3L * (events + more) + 60));
            var load = bench.load().look();
            section.cpu(mark.end().cpuSeconds(), Math.max(1, load.accepted()));
            Hot.note(section, recording);
            Trouble.with(section, load);
            if (!load.done()) {
                section.problem("%,d streams had not ended", load.sent() - load.accepted());
            }
            if (load.refusals() > 0) {
                section.problem("%,d of %,d streams were refused", load.refusals(), load.sent());
            }
            var heap = GcLog.read(bench.gcLog(bench.platform().api()));
            section.figure(Figure.of("streams open at once", "", most[0]).against(Target.atLeast(streams, streams)))
                    .figure(Figure.of("streams that came to their end", "", load.accepted())
                            .against(Target.atLeast(streams, streams)))
                    .figure(Figure.of("api-service's heap, most in use", " MiB", heap.peakBytes() >> 20)
                            .against(Target.atMost(1_024, 512)))
                    .figure(Figure.of(
                            "api-service's heap, most left after a collection", " MiB", heap.peakLiveBytes() >> 20))
                    .figure(Figure.of("events received", "", load.events()))
                    .figure(Figure.of(
                            "first token p50", " ms", load.firstToken().p50()))
                    .figure(Figure.of(
                            "first token p99", " ms", load.firstToken().p99()))
                    .figure(Figure.of(
                            "longest gap in a stream, p50",
                            " ms",
                            load.longestGap().p50()))
                    .figure(Figure.of(
                            "longest gap in a stream, p99",
                            " ms",
                            load.longestGap().p99()))
                    .memory(bench.memory());
        }
        return section.note("CPU seconds per 1,000 are per 1,000 streams here").build();
    }
}
