package dev.millrace.simulator.http;

/// A body that calls itself a form and is none.
public final class MalformedFormException extends Exception {

    MalformedFormException(String message) {
        super(message);
    }
}
