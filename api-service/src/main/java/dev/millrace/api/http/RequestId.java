package dev.millrace.api.http;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/// Names of requests, as `x-request-id` and in the logs. They are ours alone; what a caller calls its request is only
/// logged. They begin with their time, so that what is kept under them is kept in order.
public final class RequestId {

    public static final String HEADER = "x-request-id";

    private static final String PREFIX = "req_";
    private static final int DIGITS = 32;

    private RequestId() {}

    public static String next() {
        var random = ThreadLocalRandom.current();
        var digits = HexFormat.of();
        long millisAndChance = System.currentTimeMillis() << 16 | random.nextInt(1 << 16);
        return PREFIX + digits.toHexDigits(millisAndChance) + digits.toHexDigits(random.nextLong());
    }

    /// Whether a text could be such a name.
    public static boolean isOne(String text) {
        return text.length() == PREFIX.length() + DIGITS
                && text.startsWith(PREFIX)
                && text.chars().skip(PREFIX.length()).allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
    }
}
