package dev.millrace.benchmarks.profile;

import dev.millrace.benchmarks.load.LoadPlan;
import dev.millrace.benchmarks.machine.GcLog;
import dev.millrace.benchmarks.machine.Latencies;
import dev.millrace.benchmarks.report.Figure;
import dev.millrace.benchmarks.report.Section;
import dev.millrace.benchmarks.report.SectionBuilder;
import dev.millrace.benchmarks.report.Target;
import dev.millrace.benchmarks.row.Hot;
import dev.millrace.benchmarks.row.Trouble;
import dev.millrace.benchmarks.stage.Bench;
import dev.millrace.benchmarks.stage.BenchSettings;
import dev.millrace.benchmarks.stage.Progress;
import dev.millrace.benchmarks.stage.Sql;
import dev.millrace.benchmarks.stage.Waiting;
import java.time.Duration;

/// One worker with 10,000 renders parked, and then with 5,000 chat calls of a minute beside them.
record Parked() implements Profile {

    private static final Duration POLL_AFTER = Duration.ofSeconds(10);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
    private static final String HEAP = "1g";

    private static final String PARKED = "select count(*) from render where phase = 'poll'";

    @Override
    public Section run(BenchSettings settings, Profiles.Sizes sizes, Progress progress) {
        int renders = settings.scaled(10_000, 200);
        int calls = settings.scaled(5_000, 50);
        var callTime = Duration.ofSeconds(settings.scaled(60, 2));
        var section = new SectionBuilder(
                "parked",
                "one worker with %,d renders parked, polled every %d s, then %,d chat calls of %d s beside them"
                        .formatted(renders, POLL_AFTER.toSeconds(), calls, callTime.toSeconds()),
                !settings.quick());
        progress.say("starting");
        try (var bench = Bench.open(
                settings,
                progress,
                builder -> builder.workers(1)
                        .workerHeap(settings.workerHeap().isEmpty() ? HEAP : settings.workerHeap())
                        // It keeps each poll and each open call, and is not what is measured.
                        .simulatorJvm("-Xmx640m")
                        .setting("millrace.worker.chat-slots", Math.max(calls, 2_000))
                        .setting("millrace.providers.simulator.calls", Math.max(calls * 5 / 4, 1_000))
                        .videoModel("parked", "sim-video~render=never~poll-after=" + POLL_AFTER.toMillis() + "ms")
                        .chatModel("long", "sim-chat~latency=" + callTime.toMillis() + "ms"))) {
            park(bench, renders, section, progress);
            var span = Duration.ofSeconds(settings.scaled(60, 4));
            progress.say("measuring polls of parked renders");
            var recording = bench.record("parked");
            var mark = bench.usage().mark();
            var alone = lags(bench, () -> {}, span);
            section.cpu(mark.end().cpuSeconds(), Math.max(1, alone.count()));
            Hot.note(section, recording);
            progress.say("%,d chat calls beside them", calls);
            var busy = withCalls(bench, calls, callTime, section);
            section.figure(Figure.of("poll lag p50", " ms", alone.p50()))
                    .figure(Figure.of("poll lag p99", " ms", alone.p99()).against(Target.atMost(1_000, 250)))
                    .figure(Figure.of("poll lag, longest", " ms", alone.max()))
                    .figure(Figure.of("polls measured", "", alone.count()))
                    .figure(Figure.of("with the calls: poll lag p99", " ms", busy.p99())
                            .against(Target.atMost(1_000, 250)));
            var memory = bench.memory();
            var heap = GcLog.read(bench.gcLog(bench.platform().worker(0)));
            section.figure(Figure.of("worker's heap, most in use", " MiB", heap.peakBytes() >> 20)
                            .against(Target.atMost(1_024, 512)))
                    .figure(Figure.of(
                            "worker's heap, most left after a collection", " MiB", heap.peakLiveBytes() >> 20))
                    .memory(memory);
        }
        return section.note("CPU seconds per 1,000 are per 1,000 polls here").build();
    }

    private static void park(Bench bench, int renders, SectionBuilder section, Progress progress) {
        progress.say("parking %,d renders", renders);
        var sql = new Sql(bench.platform());
        long began = System.nanoTime();
        long accepted = 0;
        while (accepted < renders) {
            // What a platform that is still cold refuses is asked for again.
            var load = bench.load()
                    .run(bench.submissions().withModel("video", "parked").forCount(renders - accepted));
            Trouble.with(section, load);
            accepted += load.accepted();
            if (load.accepted() == 0) {
                break;
            }
        }
        boolean all = Waiting.until(() -> sql.number(PARKED) >= renders, Duration.ofMillis(200), Duration.ofMinutes(5));
        if (!all) {
            section.problem("only %,d of %,d renders were parked after 5 minutes", sql.number(PARKED), renders);
        }
        section.figure(Figure.of("renders created", "/s", renders / ((System.nanoTime() - began) / 1e9)));
        // Once around, so that they are polled at different moments.
        Waiting.pass(POLL_AFTER.plusSeconds(1));
    }

    /// Measures for at least that time, and until what is done meanwhile has ended.
    private static Latencies lags(Bench bench, Runnable meanwhile, Duration time) {
        var sql = new Sql(bench.platform());
        var lags = new PollLags();
        bench.simulator().record();
        long since = bench.simulator().received();
        var looking = Thread.ofPlatform().name("poll-lags").start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                lags.look(sql);
                java.util.concurrent.locks.LockSupport.parkNanos(LOOK_EVERY.toNanos());
            }
        });
        long until = System.nanoTime() + time.toNanos();
        meanwhile.run();
        Waiting.pass(Duration.ofNanos(Math.max(0, until - System.nanoTime())));
        looking.interrupt();
        try {
            looking.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        long end = System.currentTimeMillis() * 1_000;
        return lags.against(bench.simulator().entries("video.poll", since), end);
    }

    private static Latencies withCalls(Bench bench, int calls, Duration callTime, SectionBuilder section) {
        var before = bench.witness().told();
        var most = new long[1];
        var lags = lags(
                bench,
                () -> {
                    LoadPlan plan =
                            bench.submissions().withModel("chat", "long").forCount(calls);
                    var load = bench.load().run(plan);
                    Waiting.until(
                            () -> {
                                most[0] = Math.max(most[0], bench.simulator().open());
                                return most[0] >= calls
                                        || bench.witness().told().jobs() > before.jobs();
                            },
                            Duration.ofMillis(200),
                            callTime);
                    long missing = bench.witness().awaitTold(before.jobs() + load.accepted(), callTime.multipliedBy(2));
                    Trouble.with(section, load);
                    Trouble.with(section, bench, missing);
                },
                callTime);
        section.figure(Figure.of("chat calls open at once", "", most[0]).against(Target.atLeast(calls, calls)));
        return lags;
    }
}
