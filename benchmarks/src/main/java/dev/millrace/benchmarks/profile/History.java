package dev.millrace.benchmarks.profile;

import dev.millrace.benchmarks.load.LoadResult;
import dev.millrace.benchmarks.report.Figure;
import dev.millrace.benchmarks.report.Section;
import dev.millrace.benchmarks.report.SectionBuilder;
import dev.millrace.benchmarks.report.Target;
import dev.millrace.benchmarks.row.Hot;
import dev.millrace.benchmarks.row.Trouble;
import dev.millrace.benchmarks.row.WholeWay;
import dev.millrace.benchmarks.stage.Bench;
import dev.millrace.benchmarks.stage.BenchSettings;
import dev.millrace.benchmarks.stage.Progress;
import dev.millrace.quickstart.platform.Part;
import java.util.ArrayList;
import java.util.List;

/// Accepting, the whole way and lists with millions of finished jobs in the tables, against the same JVMs before.
record History() implements Profile {

    private static final int MOST_RUNS = 3;

    /// @param accept jobs a second, workers stopped
    /// @param whole  jobs a second, told
    private record Speeds(List<Double> accept, List<Double> whole) {}

    @Override
    public Section run(BenchSettings settings, Profiles.Sizes sizes, Progress progress) {
        var section = new SectionBuilder(
                "history",
                "%,d finished jobs in the tables, against the same platform without them".formatted(sizes.history()),
                !settings.quick());
        progress.say("starting");
        try (var bench = Bench.open(
                settings,
                progress,
                builder -> builder.without(Part.WORKERS)
                        // Millions of rows are written at once here; the rest is as in the quickstart.
                        .postgresSetting("max_wal_size", "4GB"))) {
            var empty = speeds(bench, settings.warmUp(), section, progress, "empty");
            progress.say("inserting %,d finished jobs", sizes.history());
            FinishedJobs.insert(bench.platform(), sizes.history(), progress);
            // Warmed up as before: while the rows were written the JVMs had nothing to do for a quarter of an hour, and
            // have dropped compiled code by then.
            var full = speeds(bench, settings.warmUp(), section, progress, "full");
            progress.say("asking for list pages");
            new ListPages(bench).measure(section);
            compare(section, "accept", empty.accept(), full.accept());
            compare(section, "whole way", empty.whole(), full.whole());
            section.memory(bench.memory());
        }
        return section.build();
    }

    private static Speeds speeds(Bench bench, int warmUp, SectionBuilder section, Progress progress, String what) {
        var settings = bench.settings();
        int runs = Math.min(MOST_RUNS, settings.runs());
        progress.say("%s: accepting", what);
        bench.stopWorkers();
        var before = bench.witness().told();
        long accepted = 0;
        accepted += load(bench, warmUp, 0, section).accepted();
        var accept = new ArrayList<Double>();
        for (int i = 0; i < runs; i++) {
            var result = load(bench, 0, settings.runSeconds(5), section);
            accept.add(result.rate());
            accepted += result.accepted();
        }
        progress.say("%s: working off %,d jobs", what, accepted);
        bench.startWorkers();
        long wanted = before.jobs() + accepted;
        Trouble.with(section, bench, bench.witness().awaitTold(wanted));
        progress.say("%s: the whole way", what);
        var whole = new ArrayList<Double>();
        for (int i = 0; i < runs; i++) {
            var recording = i == runs - 1 ? bench.record("history-" + what) : null;
            var way = WholeWay.run(bench, bench.submissionsWithin(settings.window()), settings.runSeconds(10));
            Hot.note(section, recording);
            whole.add(way.perSecond());
            Trouble.with(section, way.load());
            Trouble.with(section, bench, way.missing());
        }
        return new Speeds(accept, whole);
    }

    private static LoadResult load(Bench bench, int count, double seconds, SectionBuilder section) {
        var result = bench.load().run(bench.submissions().forCount(count).forSeconds(seconds));
        Trouble.with(section, result);
        return result;
    }

    private static void compare(SectionBuilder section, String what, List<Double> empty, List<Double> full) {
        var before = Figure.of(what + ", empty", "/s", empty);
        var after = Figure.of(what + ", full", "/s", full);
        section.figure(before)
                .figure(after)
                .figure(Figure.of(what + ": empty to full", "×", before.value() / after.value())
                        .against(Target.atMost(1.2, 1.05)));
    }
}
