package dev.millrace.routing;

/// Calls and retries of the last ten seconds.
final class RetryWindow {

    private static final int SECONDS = 10;

    private final long[] calls = new long[SECONDS];
    private final long[] retries = new long[SECONDS];
    private long second;

    synchronized void called(long now) {
        forget(now / 1_000);
        calls[(int) (second % SECONDS)]++;
    }

    /// A call that was counted has not been sent.
    synchronized void notCalled(long at, long now) {
        forget(now / 1_000);
        long then = at / 1_000;
        if (then > second - SECONDS && then <= second && calls[(int) (then % SECONDS)] > 0) {
            calls[(int) (then % SECONDS)]--;
        }
    }

    /// Takes one retry, if there are fewer than the floor or than a share of the calls.
    synchronized boolean retry(long now, int floor, double share) {
        forget(now / 1_000);
        long retried = sum(retries);
        if (retried >= floor && retried + 1 > sum(calls) * share) {
            return false;
        }
        retries[(int) (second % SECONDS)]++;
        return true;
    }

    private void forget(long now) {
        if (now - second > SECONDS) {
            second = now - SECONDS;
        }
        while (second < now) {
            second++;
            calls[(int) (second % SECONDS)] = 0;
            retries[(int) (second % SECONDS)] = 0;
        }
    }

    private static long sum(long[] counts) {
        long sum = 0;
        for (long count : counts) {
            sum += count;
        }
        return sum;
    }
}
