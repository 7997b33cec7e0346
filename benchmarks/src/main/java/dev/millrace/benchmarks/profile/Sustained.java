package dev.millrace.benchmarks.profile;

import dev.millrace.benchmarks.machine.GcLog;
import dev.millrace.benchmarks.machine.ProcStat;
import dev.millrace.benchmarks.report.Figure;
import dev.millrace.benchmarks.report.Section;
import dev.millrace.benchmarks.report.SectionBuilder;
import dev.millrace.benchmarks.report.Target;
import dev.millrace.benchmarks.row.Hot;
import dev.millrace.benchmarks.row.Trouble;
import dev.millrace.benchmarks.row.WarmUp;
import dev.millrace.benchmarks.stage.Bench;
import dev.millrace.benchmarks.stage.BenchSettings;
import dev.millrace.benchmarks.stage.Progress;
import dev.millrace.benchmarks.stage.Sql;
import dev.millrace.benchmarks.stage.Waiting;
import dev.millrace.quickstart.process.ServiceProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The whole way at a steady rate for long: memory stays flat, and so does the backlog.
record Sustained() implements Profile {

    private static final Duration EVERY = Duration.ofSeconds(10);
    private static final double MEGABYTE = 1 << 20;

    private static final String QUEUES = """
            select sum(pg_total_relation_size(name))
            from unnest(array['job_backlog', 'job_dispatch', 'job_run', 'delivery_due']::regclass[]) as name
            """;

    @Override
    public Section run(BenchSettings settings, Profiles.Sizes sizes, Progress progress) {
        var section = new SectionBuilder(
                "sustained",
                "%.0f jobs a second the whole way for %.1f minutes".formatted(sizes.rate(), sizes.minutes()),
                !settings.quick());
        progress.say("starting");
        try (var bench = Bench.open(settings, progress, builder -> builder)) {
            WarmUp.working(bench, progress);
            measure(bench, sizes, section, progress);
            section.memory(bench.memory());
        }
        return section.build();
    }

    private static void measure(Bench bench, Profiles.Sizes sizes, SectionBuilder section, Progress progress) {
        var sql = new Sql(bench.platform());
        var every = bench.settings().quick() ? Duration.ofSeconds(2) : EVERY;
        int samples = (int) Math.max(5, sizes.minutes() * 60 / every.toSeconds());
        var memory = new LinkedHashMap<String, List<Double>>();
        var backlogs = new ArrayList<Double>();
        var before = bench.witness().told();
        bench.witness().toldUntilNow();
        bench.load().start(bench.submissions().atRate(sizes.rate()));
        var recording = bench.record("sustained");
        var mark = bench.usage().mark();
        for (int n = 1; n <= samples; n++) {
            Waiting.pass(every);
            var load = bench.load().look();
            var told = bench.witness().told();
            double backlog = load.accepted() - (told.jobs() - before.jobs());
            backlogs.add(backlog);
            section.sample("1 seconds", n * (double) every.toSeconds())
                    .sample("2 accepted", load.accepted())
                    .sample("3 under way", backlog)
                    .sample("4 queues MiB", sql.number(QUEUES) / MEGABYTE);
            for (var service : bench.services()) {
                sample(section, memory, bench, service);
            }
            if (n % 6 == 0) {
                progress.say("%,d accepted, %,.0f under way", load.accepted(), backlog);
            }
        }
        var span = mark.end();
        var atEnd = bench.witness().told();
        Hot.note(section, recording);
        var load = bench.load().stop();
        long missing = bench.witness().awaitTold(before.jobs(), load);
        long finished = atEnd.jobs() - before.jobs();
        section.cpu(span.cpuSeconds(), finished);
        Trouble.with(section, load);
        Trouble.with(section, bench, missing);
        section.figure(Figure.of("finished", "/s", finished / span.seconds())
                        .against(Target.atLeast(sizes.rate() * 0.98, sizes.rate() * 0.99)))
                .figure(Figure.of("refused", "", load.refusals()).against(Target.atMost(0, 0)))
                .figure(Figure.of(
                                "under way at the end, in seconds of work",
                                " s",
                                mean(lastFifth(backlogs)) / sizes.rate())
                        .against(Target.atMost(1, 0.2)))
                .figure(Figure.of("CPU for 1,000 jobs, platform", " s", Bench.ofPlatform(span) * 1_000 / finished))
                .figure(Figure.of("accept p99", " ms", load.latency().p99()))
                .figure(Figure.of(
                        "accepted to told, p50", " ms", atEnd.latency().p50()))
                .figure(Figure.of(
                        "accepted to told, p99", " ms", atEnd.latency().p99()));
        growth(section, memory);
    }

    private static void sample(
            SectionBuilder section, Map<String, List<Double>> memory, Bench bench, ServiceProcess service) {
        double resident = ProcStat.residentBytes(service.pid()) / MEGABYTE;
        double live = GcLog.read(bench.gcLog(service)).liveBytes() / MEGABYTE;
        section.sample(service.name() + " MiB", resident).sample(service.name() + " live MiB", live);
        memory.computeIfAbsent(service.name() + " memory", key -> new ArrayList<>())
                .add(resident);
        memory.computeIfAbsent(service.name() + " live heap", key -> new ArrayList<>())
                .add(live);
    }

    /// The last fifth of the time against the second: the first is still finding its size. What a collection leaves
    /// swings with its moment, so it may grow by more.
    private static void growth(SectionBuilder section, Map<String, List<Double>> memory) {
        memory.forEach((what, samples) -> {
            double grown = mean(lastFifth(samples)) / Math.max(1, mean(secondFifth(samples)));
            var figure = Figure.of(what + ", last fifth to second", "×", grown);
            section.figure(figure.against(what.endsWith("heap") ? Target.atMost(1.3, 1.1) : Target.atMost(1.1, 1.03)));
        });
    }

    private static List<Double> lastFifth(List<Double> samples) {
        return samples.subList(samples.size() - Math.max(1, samples.size() / 5), samples.size());
    }

    private static List<Double> secondFifth(List<Double> samples) {
        int fifth = Math.max(1, samples.size() / 5);
        return samples.subList(fifth, 2 * fifth);
    }

    private static double mean(List<Double> samples) {
        return samples.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }
}
