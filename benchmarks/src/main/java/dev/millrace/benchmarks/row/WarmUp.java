package dev.millrace.benchmarks.row;

import dev.millrace.benchmarks.load.LoadResult;
import dev.millrace.benchmarks.report.Figure;
import dev.millrace.benchmarks.report.SectionBuilder;
import dev.millrace.benchmarks.stage.Bench;
import dev.millrace.benchmarks.stage.Progress;
import java.util.List;
import java.util.Map;

/// What a stage did while its JVMs were new: what an operator sees after each deployment.
///
/// @param what      `accepted`, `whole way` or `answered`
/// @param perSecond over all of the warm-up
/// @param after     seconds after which so many requests were done
/// @param missing   jobs that were accepted in it and never told
public record WarmUp(String what, long requests, double perSecond, Map<Long, Double> after, long missing) {

    /// Accepts only: no worker runs.
    public static WarmUp accepting(Bench bench, Progress progress) {
        int requests = bench.settings().warmUp();
        progress.say("warming up: %,d submissions, no worker", requests);
        var result = bench.load().run(bench.submissions().forCount(requests));
        return new WarmUp("accepted", requests, result.rate(), result.acceptedAfter(), 0);
    }

    /// The whole way.
    public static WarmUp working(Bench bench, Progress progress) {
        int requests = bench.settings().warmUp();
        progress.say("warming up: %,d jobs, the whole way", requests);
        var before = bench.witness().told();
        LoadResult result = bench.load()
                .run(bench.submissionsWithin(bench.settings().window()).forCount(requests));
        long missing = bench.witness().awaitTold(before.jobs(), result);
        var after = bench.witness().told();
        if (missing > 0) {
            progress.say("%,d of them were never told: %s", missing, bench.whereabouts());
        }
        return new WarmUp("whole way", requests, result.rate(), after.toldAfter(), missing);
    }

    /// Interactive calls, plain and streamed, through `api-service` and through the pass-through.
    static WarmUp calling(Bench bench, Progress progress) {
        int requests = bench.settings().warmUp();
        progress.say("warming up: %,d calls, and as many through the pass-through", requests);
        var result = bench.load().run(bench.calls().forCount(requests));
        bench.load().run(bench.passedCalls().forCount(requests));
        for (var plan : List.of(
                bench.calls().withModel("stream", Calling.STREAM),
                bench.passedCalls().withModel("stream", Calling.PLAYED_STREAM))) {
            bench.load().run(plan.forCount(Math.max(1, requests / 50)));
        }
        return new WarmUp("answered", requests, result.rate(), result.acceptedAfter(), 0);
    }

    /// The first 40,000 and all of it, beside the figures of the row.
    public void show(SectionBuilder section) {
        var seconds = after.get(40_000L);
        if (seconds != null) {
            section.figure(Figure.of("first 40,000, all JVMs new", "/s", 40_000 / seconds));
        }
        if (missing > 0) {
            section.problem("%,d jobs of the warm-up were never told", missing);
        }
        section.figure(Figure.of("the warm-up of %,d".formatted(requests), "/s", perSecond));
    }
}
