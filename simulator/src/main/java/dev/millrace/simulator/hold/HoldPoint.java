package dev.millrace.simulator.hold;

import java.util.Locale;
import java.util.Optional;

/// Where in an exchange a held request stands still.
public enum HoldPoint {
    /// The request has been read whole; nothing has been done for it.
    REQUEST_READ,
    /// The work is done (a render is created and billed); not a byte of the answer has been sent.
    BEFORE_ANSWER,
    /// Head and first half of the answer have been sent.
    MID_BODY;

    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Optional<HoldPoint> of(String label) {
        for (HoldPoint point : values()) {
            if (point.label().equals(label)) {
                return Optional.of(point);
            }
        }
        return Optional.empty();
    }
}
