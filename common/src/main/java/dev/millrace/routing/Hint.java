package dev.millrace.routing;

import java.time.Duration;
import java.util.UUID;

/// What one process tells the others of a breaker. It is believed for a while, and by those only whose own calls do not
/// succeed.
///
/// @param from the process
/// @param left how long the breaker stays open; a duration, since clocks differ
record Hint(UUID from, Scope scope, boolean open, Duration left) {

    private static final Duration LONGEST = Duration.ofSeconds(10);

    Hint {
        left = left.isNegative() ? Duration.ZERO : left.compareTo(LONGEST) > 0 ? LONGEST : left;
    }
}
