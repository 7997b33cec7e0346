package dev.millrace.benchmarks.load;

import dev.millrace.benchmarks.machine.Latencies;
import java.util.Map;
import java.util.SortedMap;

/// What came of a load, or has so far.
///
/// @param seconds      from the first request, or the end of the lead-in, to the end of sending, or to now
/// @param sent         requests
/// @param accepted     answers with 2xx
/// @param acceptedInTime those of them that came in these seconds
/// @param byStatus     answers by status
/// @param refusals     answers with 429 or 503
/// @param broken       requests that got no answer: the connection broke, or the answer was no HTTP
/// @param cut          streams that ended without their end marker, or with an error
/// @param events       of all streams
/// @param unhinted     refusals that did not say when to come again
/// @param firstError   what the first answer was that was neither 2xx, 429 nor 503, or why the first connection broke
/// @param latency      of the accepted ones: in a closed loop from sending, in an open one from the intended time
/// @param sendDelay    open loop: how much later than intended the generator itself sent
/// @param firstToken   streams: to the first event with content, from where `latency` counts
/// @param longestGap   streams: the longest time between two events of each
/// @param acceptedBySecond accepted answers in each second
/// @param acceptedAfter seconds after which the number of accepted answers reached the key
public record LoadResult(
        boolean done,
        double seconds,
        long sent,
        long accepted,
        long acceptedInTime,
        SortedMap<Integer, Long> byStatus,
        long refusals,
        long broken,
        long cut,
        long events,
        long unhinted,
        String firstError,
        Latencies latency,
        Latencies sendDelay,
        Latencies firstToken,
        Latencies longestGap,
        java.util.List<Long> acceptedBySecond,
        Map<Long, Double> acceptedAfter) {

    /// Accepted requests a second while it was sending.
    public double rate() {
        return seconds == 0 ? 0 : acceptedInTime / seconds;
    }
}
