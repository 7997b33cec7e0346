package dev.millrace.api.call;

import dev.millrace.extent.Extent;
import dev.millrace.provider.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// One attempt of an interactive call, also a failed or an abandoned one.
///
/// @param callId the call's `x-request-id`; its attempts share it
/// @param key the id of the project's key that the call came with
/// @param model the name that the caller used
/// @param deployment where the attempt went, as `provider/model`
/// @param attempt counted from 1
/// @param outcome `succeeded`, `caller_gone`, `hedged` where another was faster, or the class of its failure, such as
///     `rate_limited`
/// @param usage absent where nothing is known to have been used, or where the provider of a picture told nothing
/// @param firstToken of a stream, from the attempt's start
/// @param requestId what the provider calls it
/// @param extent how much the call may come to
/// @param calls how many calls it counts as where calls have a price
/// @param dropped parameters that it was sent without, since the deployment does not have them
public record CallRecord(
        String callId,
        UUID project,
        UUID key,
        String model,
        String deployment,
        int attempt,
        String outcome,
        Optional<Usage> usage,
        Instant started,
        Instant ended,
        Optional<Duration> firstToken,
        Optional<String> requestId,
        boolean streamed,
        Extent extent,
        int calls,
        List<String> dropped) {

    public static final String SUCCEEDED = "succeeded";
    public static final String CALLER_GONE = "caller_gone";
    public static final String HEDGED = "hedged";

    /// Nobody knows whether the provider did the work, and bills it.
    public static final String ANSWER_LOST = "answer_lost";
}
