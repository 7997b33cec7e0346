package dev.millrace.simulator.behaviour;

/// So many failures, then so many successes, and again from the start.
record Flap(int failures, int successes) {

    Flap {
        if (failures < 0 || successes < 0 || failures + successes == 0) {
            throw new IllegalArgumentException("a flap needs failures or successes");
        }
    }

    /// @param occurrence counted from 1
    boolean failsAt(long occurrence) {
        return (occurrence - 1) % (failures + successes) < failures;
    }
}
