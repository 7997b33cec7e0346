package dev.millrace.benchmarks.row;

import dev.millrace.benchmarks.load.LoadPlan;
import dev.millrace.benchmarks.load.LoadResult;
import dev.millrace.benchmarks.machine.Latencies;
import dev.millrace.benchmarks.stage.Bench;
import dev.millrace.benchmarks.stage.Usage;
import dev.millrace.benchmarks.stage.Waiting;
import java.time.Duration;

/// One run in which jobs go in at one end and webhooks come out at the other.
///
/// @param perSecond jobs told, of those seconds in which nothing began or ended
/// @param told      jobs in those seconds
/// @param span      what was used in them
/// @param latency   from acceptance to webhook
/// @param load      of the whole run
/// @param missing   jobs that were accepted and never told
public record WholeWay(double perSecond, long told, Usage.Span span, Latencies latency, LoadResult load, long missing) {

    private static final Duration SETTLING = Duration.ofMillis(1_500);

    /// Sends after a plan without end, measures in the middle, stops, and waits until all is told.
    public static WholeWay run(Bench bench, LoadPlan plan, double seconds) {
        var before = bench.witness().told();
        bench.load().start(plan);
        Waiting.pass(SETTLING);
        var from = bench.witness().toldUntilNow();
        var mark = bench.usage().mark();
        Waiting.pass(seconds);
        var to = bench.witness().told();
        var span = mark.end();
        var load = bench.load().stop();
        long missing = bench.witness().awaitTold(before.jobs(), load);
        long told = to.jobs() - from.jobs();
        return new WholeWay(told / ((to.nanos() - from.nanos()) / 1e9), told, span, to.latency(), load, missing);
    }
}
