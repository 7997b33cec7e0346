package dev.millrace.batch;

import java.time.Duration;

/// How long a batch gathers before it is written: for fewer and larger commits, where many come and nothing is to
/// spare.
@FunctionalInterface
public interface Gather {

    /// Each is written as soon as a writer is free.
    Gather NOTHING = items -> Duration.ZERO;

    /// After the beginning of a batch, how long until the next one begins, unless it is full before.
    ///
    /// @param items of the batch that has just begun
    Duration after(int items);

    /// Only after a crowd; after fewer the next begins at once.
    static Gather inCrowds(Duration apart) {
        return items -> items >= Combiner.CROWD ? apart : Duration.ZERO;
    }
}
