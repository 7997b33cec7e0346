package dev.millrace.simulator.desk;

/// Ends the reading or answering of a request with a refusal.
public final class ApiException extends Exception {

    private final transient ApiError error;

    ApiException(ApiError error) {
        super(error.message(), null, false, false);
        this.error = error;
    }

    public ApiError error() {
        return error;
    }
}
