package dev.millrace.simulator.ledger;

import java.util.Locale;

/// How a request ended, as far as the simulator is concerned.
public enum Outcome {
    /// Not over yet.
    OPEN,
    /// A whole answer was given, of whatever status.
    ANSWERED,
    /// Ended by a TCP reset of ours.
    RESET,
    /// Never answered; ended when the client gave up.
    SILENCE,
    /// The answer was broken off or spoilt on purpose.
    BROKEN,
    /// The client went before it had the whole answer.
    ABANDONED;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
