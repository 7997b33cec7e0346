package dev.millrace.api.call;

import java.io.IOException;

/// Nobody waits for the answer any more.
public final class CallerGoneException extends IOException {

    private static final long serialVersionUID = 1;

    public CallerGoneException() {
        super("The caller went away");
    }
}
