package dev.millrace.simulator.desk;

import java.util.concurrent.ThreadLocalRandom;

/// Ids such as `req_4f0c…`, unlike each other with near certainty.
final class RequestIds {

    private RequestIds() {}

    static String next() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return "req_" + Long.toHexString(random.nextLong()) + Integer.toHexString(random.nextInt());
    }
}
