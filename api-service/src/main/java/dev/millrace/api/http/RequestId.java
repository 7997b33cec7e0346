package dev.millrace.api.http;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/// Names of requests, as `x-request-id` and in the logs. They are ours alone; what a caller calls its request is only
/// logged.
public final class RequestId {

    public static final String HEADER = "x-request-id";

    private RequestId() {}

    public static String next() {
        var random = ThreadLocalRandom.current();
        var digits = HexFormat.of();
        return "req_" + digits.toHexDigits(random.nextLong()) + digits.toHexDigits(random.nextLong());
    }
}
