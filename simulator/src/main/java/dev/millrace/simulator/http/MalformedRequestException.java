package dev.millrace.simulator.http;

import java.io.IOException;

/// What arrived is no HTTP/1.1 request that this server takes; the connection is answered once and closed.
public final class MalformedRequestException extends IOException {

    private final int status;

    MalformedRequestException(int status, String message) {
        super(message);
        this.status = status;
    }

    public int status() {
        return status;
    }
}
