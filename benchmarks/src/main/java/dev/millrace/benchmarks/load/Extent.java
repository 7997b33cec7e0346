package dev.millrace.benchmarks.load;

/// How long a load sends: until `seconds` or `count`, whichever comes first.
///
/// @param leadIn  seconds at the beginning in which the connections come one by one and latencies and rates are not
///                counted yet; part of `seconds`
/// @param seconds how long to send; 0 for no end
/// @param count   how many to send; 0 for no end
public record Extent(double leadIn, double seconds, long count) {

    static final Extent ENDLESS = new Extent(0, 0, 0);

    Extent seconds(double time) {
        return new Extent(leadIn, time, count);
    }

    Extent count(long number) {
        return new Extent(leadIn, seconds, number);
    }

    Extent after(double uncounted) {
        return new Extent(uncounted, seconds + uncounted, count);
    }
}
