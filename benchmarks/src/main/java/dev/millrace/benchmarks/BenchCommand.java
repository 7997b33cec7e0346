package dev.millrace.benchmarks;

import dev.millrace.benchmarks.machine.Checkout;
import dev.millrace.benchmarks.machine.Machine;
import dev.millrace.benchmarks.profile.Profiles;
import dev.millrace.benchmarks.report.Report;
import dev.millrace.benchmarks.report.Section;
import dev.millrace.benchmarks.report.TextReport;
import dev.millrace.benchmarks.row.Rows;
import dev.millrace.benchmarks.stage.Progress;
import dev.millrace.quickstart.process.CannotContinue;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Measures what was asked for, shows each part as soon as it is known, and all of it at the end.
final class BenchCommand {

    private final Progress progress;

    BenchCommand(PrintStream out) {
        this.progress = new Progress(out);
    }

    /// @return whether every floor held and nothing went wrong
    boolean run(Options options) {
        var date = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var machine = Machine.here();
        var commit = Checkout.commit(options.settings().home().folder());
        var sections = new ArrayList<Section>();
        if (options.profile().isPresent()) {
            var section = Profiles.run(options.profile().get(), options.settings(), options.sizes(), progress);
            sections.add(section);
            show(section);
        } else {
            sections.addAll(Rows.measure(options.rows(), options.settings(), progress, this::show));
        }
        var report = new Report(date, commit, machine, settings(options), sections);
        summary(report);
        options.json().ifPresent(file -> {
            try {
                report.writeJson(file);
                progress.line("written to " + file);
            } catch (IOException unwritable) {
                throw CannotContinue.because("The file " + file + " cannot be written", unwritable);
            }
        });
        return report.passes();
    }

    private void show(Section section) {
        TextReport.section(section).forEach(progress::line);
        progress.line("");
    }

    private void summary(Report report) {
        progress.line("=".repeat(100));
        TextReport.head(report).forEach(progress::line);
        if (report.sections().size() > 1) {
            report.sections().forEach(section -> TextReport.section(section).forEach(progress::line));
        }
        progress.line("");
        progress.line(verdict(report.sections()));
    }

    private static String verdict(List<Section> sections) {
        var failed = sections.stream()
                .filter(section -> !section.passes())
                .map(Section::name)
                .toList();
        if (!failed.isEmpty()) {
            return "Not good enough: " + String.join(", ", failed) + ".";
        }
        boolean judged = sections.stream()
                .flatMap(section -> section.figures().stream())
                .anyMatch(figure -> figure.target().isPresent());
        return judged ? "Every floor held." : "All of it works; so short a run is judged by nothing.";
    }

    private static Map<String, String> settings(Options options) {
        var all = new LinkedHashMap<String, String>();
        var settings = options.settings();
        all.put("runs", Integer.toString(settings.runs()));
        all.put("warm-up", Integer.toString(settings.warmUp()));
        all.put("connections", Integer.toString(settings.connections()));
        all.put("window", Integer.toString(settings.window()));
        all.put("projects", Integer.toString(settings.projects()));
        all.put("workers", Integer.toString(settings.workers()));
        all.putAll(options.given());
        return all;
    }
}
