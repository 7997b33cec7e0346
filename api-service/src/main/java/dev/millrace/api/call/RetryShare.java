package dev.millrace.api.call;

/// Keeps retries to a tenth of the calls above a small floor, so that a provider in trouble is not asked twice by
/// everybody.
final class RetryShare {

    private static final double SHARE = 0.1;

    /// Retries that are always granted: so many at once, and as many again each ten seconds.
    private static final double FLOOR = 10;

    private static final double FLOOR_PER_NANO = FLOOR / 10e9;
    private static final double MOST = 100;

    private double granted = FLOOR;
    private long at = System.nanoTime();

    synchronized void called() {
        granted = Math.min(MOST, granted + SHARE);
    }

    synchronized boolean take() {
        long now = System.nanoTime();
        if (granted < FLOOR) {
            granted = Math.min(FLOOR, granted + (now - at) * FLOOR_PER_NANO);
        }
        at = now;
        if (granted < 1) {
            return false;
        }
        granted--;
        return true;
    }
}
