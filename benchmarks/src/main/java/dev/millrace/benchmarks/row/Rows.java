package dev.millrace.benchmarks.row;

import dev.millrace.benchmarks.report.Section;
import dev.millrace.benchmarks.stage.Bench;
import dev.millrace.benchmarks.stage.BenchSettings;
import dev.millrace.benchmarks.stage.Progress;
import dev.millrace.quickstart.platform.Part;
import dev.millrace.quickstart.process.CannotContinue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Measures rows: those of submissions that need no worker on one stage, those that do on another, and those of
/// interactive calls on two more.
public final class Rows {

    private static final List<Row> ACCEPTING = List.of(new AcceptRow(), new AcceptOpenRow());
    private static final List<Row> WORKING = List.of(new WholeWayRow(), new PickupRow(), new OverloadRow());

    private static final List<Row> CALLING = List.of(new InteractiveRow(), new StreamRow(), new HangRow());
    private static final List<Row> CROWDED = List.of(new CapacityRow());

    private Rows() {}

    /// The names of all rows, in the order in which they are measured.
    public static List<String> names() {
        return Stream.of(ACCEPTING, WORKING, CALLING, CROWDED)
                .flatMap(List::stream)
                .map(Row::name)
                .toList();
    }

    /// Measures the rows of those names.
    ///
    /// @param done hears of each as soon as it is measured
    /// @throws CannotContinue if there is no row of a name
    public static List<Section> measure(
            List<String> wanted, BenchSettings settings, Progress progress, Consumer<Section> done) {
        for (var name : wanted) {
            if (!names().contains(name)) {
                throw new CannotContinue(
                        "There is no row \"" + name + "\"; there are " + String.join(", ", names()) + ".");
            }
        }
        var sections = new ArrayList<Section>();
        Consumer<Section> each = section -> {
            sections.add(section);
            done.accept(section);
        };
        var accepting =
                ACCEPTING.stream().filter(row -> wanted.contains(row.name())).toList();
        if (!accepting.isEmpty()) {
            progress.say("starting a platform without workers");
            try (var bench = Bench.open(settings, progress, builder -> builder.without(Part.WORKERS))) {
                var warmUp = WarmUp.accepting(bench, progress);
                accepting.forEach(row -> each.accept(row.measure(bench, warmUp, progress)));
            }
        }
        var working =
                WORKING.stream().filter(row -> wanted.contains(row.name())).toList();
        if (!working.isEmpty()) {
            progress.say("starting a platform with %d workers", settings.workers());
            try (var bench = Bench.open(
                    settings, progress, builder -> builder.postgresSetting("track_commit_timestamp", "on"))) {
                var warmUp = WarmUp.working(bench, progress);
                working.forEach(row -> each.accept(row.measure(bench, warmUp, progress)));
            }
        }
        measureCalls(wanted, settings, progress, each);
        return sections;
    }

    private static void measureCalls(
            List<String> wanted, BenchSettings settings, Progress progress, Consumer<Section> each) {
        var calling =
                CALLING.stream().filter(row -> wanted.contains(row.name())).toList();
        if (!calling.isEmpty()) {
            progress.say("starting a platform without workers, and a pass-through");
            try (var bench = Calling.open(settings, progress)) {
                bench.startPassThrough();
                var warmUp = WarmUp.calling(bench, progress);
                calling.forEach(row -> each.accept(row.measure(bench, warmUp, progress)));
            }
        }
        var crowded =
                CROWDED.stream().filter(row -> wanted.contains(row.name())).toList();
        if (!crowded.isEmpty()) {
            progress.say("starting a platform with room for %d calls", CapacityRow.MOST_CALLS);
            try (var bench = Calling.open(settings, progress, CapacityRow.MOST_CALLS)) {
                bench.startPassThrough();
                var warmUp = WarmUp.calling(bench, progress);
                crowded.forEach(row -> each.accept(row.measure(bench, warmUp, progress)));
            }
        }
    }
}
