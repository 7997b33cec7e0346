package dev.millrace.simulator.control;

/// A control request that can't be done.
final class ControlException extends Exception {

    private final int status;

    ControlException(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }
}
