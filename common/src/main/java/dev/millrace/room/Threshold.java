package dev.millrace.room;

/// How much of what several share one may hold, so that none takes it all, however slow it is: so many as [#TIMES]
/// times what is still free. That leaves room for as many others as there are (Choudhury and Hahne, Dynamic Queue
/// Length Thresholds for Shared-Memory Packet Switches, 1998).
public final class Threshold {

    private static final int TIMES = 8;

    private Threshold() {}

    /// Whether one may hold one more.
    ///
    /// @param sharers who alone is there has it all
    public static boolean allows(int held, int free, int sharers) {
        return sharers > 1 ? allowsMore(held, 1, free) : free > 0;
    }

    /// Whether one of several may hold so much more.
    public static boolean allowsMore(long held, long more, long free) {
        return more <= free && held + more <= TIMES * free;
    }
}
