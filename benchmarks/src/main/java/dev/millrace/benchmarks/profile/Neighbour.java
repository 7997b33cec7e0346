package dev.millrace.benchmarks.profile;

import dev.millrace.benchmarks.load.LoadPlan;
import dev.millrace.benchmarks.load.Sender;
import dev.millrace.benchmarks.machine.Latencies;
import dev.millrace.benchmarks.report.Figure;
import dev.millrace.benchmarks.report.Section;
import dev.millrace.benchmarks.report.SectionBuilder;
import dev.millrace.benchmarks.report.Target;
import dev.millrace.benchmarks.row.CommitTimes;
import dev.millrace.benchmarks.row.Trouble;
import dev.millrace.benchmarks.stage.Bench;
import dev.millrace.benchmarks.stage.BenchSettings;
import dev.millrace.benchmarks.stage.Progress;
import dev.millrace.benchmarks.stage.Sql;
import dev.millrace.benchmarks.stage.Waiting;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import org.HdrHistogram.Histogram;

/// One project has 100,000 jobs queued and its workers busy with them; another submits one, a few times: how long until
/// the provider sees it. Once with jobs that the provider answers at once, and once with jobs that take it two seconds
/// each, so that they fill all the slots that one project may have.
record Neighbour() implements Profile {

    private static final int TIMES = 20;
    private static final double PER_SECOND = 5;

    private static final String QUEUED =
            "select (select count(*) from job_backlog) + (select count(*) from job_dispatch)";

    @Override
    public Section run(BenchSettings settings, Profiles.Sizes sizes, Progress progress) {
        int queued = settings.scaled(100_000, 4_000);
        var section = new SectionBuilder(
                "neighbour",
                "%,d jobs queued by one project, then one by another, %d times".formatted(queued, TIMES),
                !settings.quick());
        progress.say("starting");
        try (var bench = Bench.open(
                settings,
                progress,
                builder -> builder.postgresSetting("track_commit_timestamp", "on")
                        .simulatorJvm("-Xmx640m")
                        .chatModel("slow", "sim-chat~latency=2s"))) {
            var instant = behind(bench, "sim-chat", queued, section, progress);
            section.figure(Figure.of("behind quick jobs: pickup p50", " ms", instant.p50()))
                    .figure(Figure.of("behind quick jobs: pickup, longest", " ms", instant.max())
                            .against(Target.atMost(1_000, 100)));
            var slow = behind(bench, "slow", queued, section, progress);
            section.figure(Figure.of("behind jobs of 2 s: pickup p50", " ms", slow.p50()))
                    .figure(Figure.of("behind jobs of 2 s: pickup, longest", " ms", slow.max())
                            .against(Target.atMost(1_000, 100)))
                    .memory(bench.memory());
        }
        return section.build();
    }

    private static Latencies behind(Bench bench, String model, int queued, SectionBuilder section, Progress progress) {
        var sql = new Sql(bench.platform());
        progress.say("queueing %,d jobs for %s", queued, model);
        bench.stopWorkers();
        var before = bench.witness().told();
        var first = bench.load().run(from(bench, 0).withModel("chat", model).forCount(queued));
        bench.startWorkers();
        // The workers are new, and have found their pace by then.
        long under = before.jobs() + queued * 2L / 5;
        bench.witness().awaitTold(under);
        bench.simulator().recordAll();
        long began = System.currentTimeMillis();
        var second = bench.load()
                .run(from(bench, 1).withPrompt("neighbour").atRate(PER_SECOND).forCount(TIMES));
        Waiting.until(() -> calls(bench).size() >= second.accepted(), Duration.ofMillis(200), Duration.ofMinutes(2));
        long left = sql.number(QUEUED);
        var latencies = pickups(bench, began, section, second.accepted());
        bench.simulator().countOnly();
        progress.say("%,d jobs of the first project were still queued afterwards", left);
        section.note("%s: %,d jobs of the first project were still queued afterwards", model, left);
        if (left == 0) {
            section.problem("%s: the queue was empty before the neighbour's jobs were done", model);
        }
        long missing = bench.witness().awaitTold(before.jobs() + second.accepted(), first);
        Trouble.with(section, first);
        Trouble.with(section, second);
        Trouble.with(section, bench, missing);
        return latencies;
    }

    private static LoadPlan from(Bench bench, int project) {
        List<Sender> one = List.of(bench.senders().get(project));
        return LoadPlan.closed(
                bench.platform().baseUrl().getPort(),
                "/v1/jobs",
                one,
                bench.settings().connections());
    }

    private static HashSet<String> calls(Bench bench) {
        var seen = new HashSet<String>();
        bench.simulator().entries("chat", 0, "neighbour").forEach(call -> seen.add(call.prompt()));
        return seen;
    }

    private static Latencies pickups(Bench bench, long began, SectionBuilder section, long accepted) {
        var commits = CommitTimes.byPrompt(bench.platform(), began);
        var histogram = new Histogram(3_600_000_000L, 3);
        for (var call : bench.simulator().entries("chat", 0, "neighbour")) {
            var commit = commits.get(call.prompt());
            if (commit != null) {
                histogram.recordValue(Math.max(0, call.micros() - commit));
            }
        }
        if (histogram.getTotalCount() < accepted) {
            section.problem("the provider saw %,d of the neighbour's %,d jobs", histogram.getTotalCount(), accepted);
        }
        return Latencies.of(histogram);
    }
}
