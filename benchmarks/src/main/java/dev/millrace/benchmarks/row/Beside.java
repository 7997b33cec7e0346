package dev.millrace.benchmarks.row;

import dev.millrace.benchmarks.load.LoadPlan;
import dev.millrace.benchmarks.load.LoadResult;
import dev.millrace.benchmarks.report.SectionBuilder;
import dev.millrace.benchmarks.stage.Bench;
import dev.millrace.benchmarks.stage.Usage;
import java.util.function.UnaryOperator;

/// The same calls three ways, one after the other: straight to the provider, through the bare pass-through, and through
/// `api-service`. What a way adds is what it has over the first.
///
/// @param passedSpan what was used while the pass-through was called
/// @param span       what was used while `api-service` was called
record Beside(LoadResult direct, LoadResult passed, LoadResult through, Usage.Span passedSpan, Usage.Span span) {

    /// Of 5,000 calls the 64 that open their connections are more than one in a hundred: they would be all that p99 is
    /// of.
    private static final double LEAD_IN = 1;

    /// @param played the provider's name of the model
    /// @param name   the platform's for the same
    /// @param how    connections and time
    static Beside measure(
            Bench bench, String kind, String played, String name, UnaryOperator<LoadPlan> how, SectionBuilder section) {
        var direct = run(bench, how.apply(bench.directCalls().withModel(kind, played)), section);
        var passedMark = bench.usage().mark();
        var passed = run(bench, how.apply(bench.passedCalls().withModel(kind, played)), section);
        var passedSpan = passedMark.end();
        var mark = bench.usage().mark();
        var through = run(bench, how.apply(bench.calls().withModel(kind, name)), section);
        return new Beside(direct, passed, through, passedSpan, mark.end());
    }

    private static LoadResult run(Bench bench, LoadPlan plan, SectionBuilder section) {
        var result = bench.load().run(plan.after(bench.settings().quick() ? LEAD_IN / 4 : LEAD_IN));
        Trouble.with(section, result);
        if (result.refusals() > 0) {
            section.problem("%,d of %,d were refused", result.refusals(), result.sent());
        }
        return result;
    }

    /// Processor seconds of `api-service` for 1,000 answers.
    double apiCpuPer1000() {
        return per1000(span, "api-service", through);
    }

    /// The same of the pass-through.
    double passedCpuPer1000() {
        return per1000(passedSpan, Usage.PASS_THROUGH, passed);
    }

    private static double per1000(Usage.Span span, String part, LoadResult result) {
        return span.cpuSeconds().getOrDefault(part, 0.0) * 1_000 / Math.max(1, result.accepted());
    }
}
