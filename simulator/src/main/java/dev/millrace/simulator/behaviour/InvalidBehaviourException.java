package dev.millrace.simulator.behaviour;

/// A behaviour that nobody knows, or a value that it does not take; a test that misspells a fault must not pass.
public final class InvalidBehaviourException extends Exception {

    InvalidBehaviourException(String message) {
        super(message);
    }
}
