package dev.millrace.benchmarks.witness;

import dev.millrace.benchmarks.machine.Latencies;
import java.util.Map;

/// What the witness has been told so far.
///
/// @param nanos      when this was, on the witness's monotonic clock
/// @param jobs       jobs that it was told the end of, each counted once
/// @param succeeded  those of them that succeeded
/// @param repeated   webhooks about a job that it knew already
/// @param verified   signatures that were checked and right
/// @param forged     signatures that were checked and wrong
/// @param unreadable requests that were no webhook
/// @param latency    from a job's id, which has the time of its acceptance in it, to its first webhook, of those since
///                   they were begun anew; whole milliseconds at best
public record WitnessState(
        long nanos,
        long jobs,
        long succeeded,
        long repeated,
        long verified,
        long forged,
        long unreadable,
        Latencies latency,
        Map<Long, Double> toldAfter) {}
