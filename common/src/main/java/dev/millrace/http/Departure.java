package dev.millrace.http;

import java.util.function.BooleanSupplier;

/// Whether a request has left: asked by the thread that sends it, read by the one that may cut it.
final class Departure {

    private final BooleanSupplier lastCheck;
    private volatile boolean begun;

    Departure(BooleanSupplier lastCheck) {
        this.lastCheck = lastCheck;
    }

    /// The last act before the first byte.
    ///
    /// @return false if nothing may be sent
    boolean begin() {
        if (!lastCheck.getAsBoolean()) {
            return false;
        }
        begun = true;
        return true;
    }

    /// From here on the answer can be lost.
    boolean hasBegun() {
        return begun;
    }
}
