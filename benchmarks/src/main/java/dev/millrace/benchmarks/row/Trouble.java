package dev.millrace.benchmarks.row;

import dev.millrace.benchmarks.load.LoadResult;
import dev.millrace.benchmarks.report.SectionBuilder;
import dev.millrace.benchmarks.stage.Bench;

/// What makes a run's figures worthless.
public final class Trouble {

    private Trouble() {}

    /// Requests without an answer, or with one that nobody expects.
    public static void with(SectionBuilder section, LoadResult result) {
        long odd = result.byStatus().entrySet().stream()
                .filter(status -> status.getKey() / 100 != 2 && status.getKey() != 429 && status.getKey() != 503)
                .mapToLong(java.util.Map.Entry::getValue)
                .sum();
        if (result.broken() > 0 || odd > 0) {
            section.problem(
                    "%,d requests had no answer and %,d an error (%s); answers by status: %s",
                    result.broken(), odd, result.firstError(), result.byStatus());
        }
        if (result.cut() > 0) {
            section.problem(
                    "%,d of %,d streams did not come to their end (%s)",
                    result.cut(), result.sent(), result.firstError());
        }
        if (result.accepted() == 0) {
            section.problem("nothing was accepted; answers by status: %s", result.byStatus());
        }
    }

    /// Webhooks that are missing, forged or unreadable.
    public static void with(SectionBuilder section, Bench bench, long missing) {
        var told = bench.witness().told();
        if (missing > 0) {
            section.problem("%,d accepted jobs were never told: %s", missing, bench.whereabouts());
        }
        if (missing < 0) {
            section.problem("the witness was told of %,d more jobs than were accepted", -missing);
        }
        if (told.forged() > 0 || told.unreadable() > 0) {
            section.problem("%,d webhooks had a wrong signature, %,d were none", told.forged(), told.unreadable());
        }
        if (told.succeeded() < told.jobs()) {
            section.problem("%,d of %,d jobs did not succeed", told.jobs() - told.succeeded(), told.jobs());
        }
    }
}
