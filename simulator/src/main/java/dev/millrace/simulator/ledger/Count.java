package dev.millrace.simulator.ledger;

/// How many requests of one kind ended in one way.
///
/// @param status the HTTP status sent, 0 if none was
public record Count(String provider, Operation operation, int status, Outcome outcome, long count) {}
