package dev.millrace.benchmarks.machine;

import org.HdrHistogram.AbstractHistogram;

/// A distribution of durations, in milliseconds.
///
/// @param count how many there were; with none the rest is 0
public record Latencies(long count, double p50, double p90, double p99, double p999, double max, double mean) {

    public static final Latencies NONE = new Latencies(0, 0, 0, 0, 0, 0, 0);

    /// @param micros a histogram of microseconds
    public static Latencies of(AbstractHistogram micros) {
        if (micros.getTotalCount() == 0) {
            return NONE;
        }
        return new Latencies(
                micros.getTotalCount(),
                micros.getValueAtPercentile(50) / 1e3,
                micros.getValueAtPercentile(90) / 1e3,
                micros.getValueAtPercentile(99) / 1e3,
                micros.getValueAtPercentile(99.9) / 1e3,
                micros.getMaxValue() / 1e3,
                micros.getMean() / 1e3);
    }
}
