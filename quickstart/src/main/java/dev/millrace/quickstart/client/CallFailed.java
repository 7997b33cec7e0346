package dev.millrace.quickstart.client;

import java.util.Optional;

/// The platform answered with an error, or not at all.
public final class CallFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    CallFailed(int status, String code, String message) {
        super(message);
        this.status = status;
        this.code = code;
    }

    CallFailed(String message, Throwable cause) {
        super(message, cause);
        this.status = 0;
        this.code = "";
    }

    /// The HTTP status; empty if there was no answer.
    public Optional<Integer> status() {
        return status == 0 ? Optional.empty() : Optional.of(status);
    }

    /// Whether the platform asks to be asked again: it is overloaded, or has just lost its database.
    public boolean isPassing() {
        return status == 429 || status == 503;
    }

    /// The message as a sentence with one full stop.
    public String sentence() {
        var text = String.valueOf(getMessage());
        return text.endsWith(".") ? text : text + ".";
    }

    /// `error.code` of the answer, or an empty text.
    public String code() {
        return code;
    }
}
