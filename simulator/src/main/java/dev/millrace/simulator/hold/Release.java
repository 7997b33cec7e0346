package dev.millrace.simulator.hold;

/// What a request does once its hold lets it go.
public enum Release {
    /// Goes on as if nothing had been.
    GO_ON,
    /// Ends with a reset of its connection, and nothing further is done for it.
    DROP
}
