package dev.millrace.benchmarks.load;

import dev.millrace.benchmarks.machine.Latencies;
import dev.millrace.benchmarks.wire.EventStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/// What a load counts while it runs. One thread writes, others may look.
final class Counts {

    private static final long LONGEST_MICROS = 600_000_000;
    private static final List<Long> MARKS = List.of(10_000L, 20_000L, 40_000L, 60_000L, 80_000L, 100_000L);

    private final SortedMap<Integer, Long> byStatus = new TreeMap<>();
    private final Map<Long, Double> acceptedAfter = new TreeMap<>();
    private final List<Long> acceptedBySecond = new ArrayList<>();
    private final Histogram latency = new Histogram(LONGEST_MICROS, 3);
    private final Histogram sendDelay = new Histogram(LONGEST_MICROS, 3);
    private final Histogram firstToken = new Histogram(LONGEST_MICROS, 3);
    private final Histogram longestGap = new Histogram(LONGEST_MICROS, 3);
    private long sent;
    private long accepted;
    private long acceptedInTime;
    private long refusals;
    private long broken;
    private long cut;
    private long events;
    private long unhinted;
    private String firstError = "";
    private long beganAt = System.nanoTime();
    private long leadIn;
    private long endedAt;
    private boolean done;

    /// @param uncounted nanoseconds from the beginning on of which latencies and rates tell nothing
    synchronized void begin(long nanos, long uncounted) {
        beganAt = nanos;
        leadIn = uncounted;
    }

    private boolean counts(long at) {
        return at - beganAt >= leadIn;
    }

    synchronized void sent(long intendedAt, long now) {
        sent++;
        if (counts(intendedAt)) {
            sendDelay.recordValue(micros(now - intendedAt));
        }
    }

    /// @param body the answer's, for an error that is shown
    synchronized void answered(int status, long intendedAt, long now, java.util.function.Supplier<String> body) {
        byStatus.merge(status, 1L, Long::sum);
        if (status / 100 == 2) {
            accepted++;
            if (counts(intendedAt)) {
                latency.recordValue(micros(now - intendedAt));
            }
            if (endedAt == 0 && counts(now)) {
                acceptedInTime++;
                count(now);
            }
        } else if (status == 429 || status == 503) {
            refusals++;
        } else if (firstError.isEmpty()) {
            firstError = status + " " + body.get();
        }
    }

    /// What came of a stream, whether or not it came to its end.
    synchronized void streamed(EventStream stream, long intendedAt) {
        events += stream.events();
        if (stream.firstContentAt() != 0 && counts(intendedAt)) {
            firstToken.recordValue(micros(stream.firstContentAt() - intendedAt));
            longestGap.recordValue(micros(stream.longestGap()));
        }
    }

    /// A stream ended without its end marker, or with an error.
    synchronized void cut(EventStream stream) {
        cut++;
        if (firstError.isEmpty()) {
            firstError = stream.body();
        }
    }

    /// A refusal did not say when to come again.
    synchronized void unhinted() {
        unhinted++;
    }

    synchronized void broken(Exception why) {
        broken++;
        if (firstError.isEmpty()) {
            firstError = why.toString();
        }
    }

    /// Nothing more is sent.
    synchronized void endSending(long now) {
        if (endedAt == 0) {
            endedAt = now;
        }
    }

    synchronized void done() {
        done = true;
    }

    synchronized LoadResult result() {
        long until = endedAt == 0 ? System.nanoTime() : endedAt;
        return new LoadResult(
                done,
                Math.max(0, until - beganAt - leadIn) / 1e9,
                sent,
                accepted,
                acceptedInTime,
                new TreeMap<>(byStatus),
                refusals,
                broken,
                cut,
                events,
                unhinted,
                firstError,
                Latencies.of(latency),
                Latencies.of(sendDelay),
                Latencies.of(firstToken),
                Latencies.of(longestGap),
                List.copyOf(acceptedBySecond),
                new TreeMap<>(acceptedAfter));
    }

    private void count(long now) {
        int second = (int) ((now - beganAt) / 1_000_000_000L);
        while (acceptedBySecond.size() <= second) {
            acceptedBySecond.add(0L);
        }
        acceptedBySecond.set(second, acceptedBySecond.get(second) + 1);
        if (MARKS.contains(acceptedInTime)) {
            acceptedAfter.put(acceptedInTime, (now - beganAt) / 1e9);
        }
    }

    private static long micros(long nanos) {
        return Math.clamp(nanos / 1_000, 0, LONGEST_MICROS);
    }
}
