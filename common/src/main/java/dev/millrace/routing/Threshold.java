package dev.millrace.routing;

/// How much of what several share one may hold, so that none takes it all, however slow it is: so many as [#TIMES]
/// times what is still free. That leaves room for as many others as there are (Choudhury and Hahne, Dynamic Queue
/// Length Thresholds for Shared-Memory Packet Switches, 1998).
final class Threshold {

    private static final int TIMES = 8;

    private Threshold() {}

    /// Whether one may hold one more.
    ///
    /// @param sharers who alone is there has it all
    static boolean allows(int held, int free, int sharers) {
        return sharers > 1 ? held < (long) TIMES * free : free > 0;
    }
}
