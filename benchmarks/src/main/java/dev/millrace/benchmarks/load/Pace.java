package dev.millrace.benchmarks.load;

/// How fast a load sends.
///
/// @param connections   kept alive, each with one request at a time
/// @param rate          requests a second, sent when they are due however slow the answers are (open loop); 0 sends the
///                      next when the last is answered (closed loop)
/// @param window        most jobs that are accepted and not yet told to the witness; 0 for no limit
/// @param tallyFile     where the witness counts; empty without a window
/// @param obeyRetryAfter whether a connection that is refused waits as long as it is asked to
public record Pace(int connections, double rate, int window, String tallyFile, boolean obeyRetryAfter) {

    public Pace {
        if (connections < 1) {
            throw new IllegalArgumentException("A load needs connections");
        }
        if (window > 0 && tallyFile.isEmpty()) {
            throw new IllegalArgumentException("A window needs the witness's tally");
        }
    }

    /// In a closed loop.
    static Pace closed(int connections) {
        return new Pace(connections, 0, 0, "", false);
    }

    Pace over(int number) {
        return new Pace(number, rate, window, tallyFile, obeyRetryAfter);
    }

    Pace atRate(double perSecond) {
        return new Pace(connections, perSecond, window, tallyFile, obeyRetryAfter);
    }

    Pace within(int mostUntold, String tally) {
        return new Pace(connections, rate, mostUntold, tally, obeyRetryAfter);
    }

    Pace obeying() {
        return new Pace(connections, rate, window, tallyFile, true);
    }
}
