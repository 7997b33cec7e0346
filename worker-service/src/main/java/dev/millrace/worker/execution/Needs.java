package dev.millrace.worker.execution;

import dev.millrace.extent.Extent;
import dev.millrace.job.ClaimedJob;
import dev.millrace.routing.ModelRoute;
import dev.millrace.routing.Need;
import java.util.List;

/// What a job's call may take from the tokens that a provider's account has in a minute.
final class Needs {

    private Needs() {}

    /// Its request is read once for all attempts of a run, and only where anybody counts tokens.
    static Need of(ClaimedJob job, ModelRoute route) {
        return switch (job.kind()) {
            case CHAT -> countsTokens(route) ? Need.of(Extent.ofChat(job.request())) : Need.UNKNOWN;
            case VIDEO -> Need.NOTHING;
        };
    }

    private static boolean countsTokens(ModelRoute route) {
        return route.tiers().stream()
                .flatMap(List::stream)
                .anyMatch(deployment -> deployment.provider().pool().tokensPerMinute() > 0);
    }
}
