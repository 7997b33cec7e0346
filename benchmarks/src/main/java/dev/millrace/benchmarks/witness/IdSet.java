package dev.millrace.benchmarks.witness;

/// A set of UUIDs, exact and small: 16 bytes an id and no objects. Random bits in the lower half spread them.
final class IdSet {

    private long[] high = new long[1 << 16];
    private long[] low = new long[1 << 16];
    private int size;
    private boolean hasZero;

    /// Puts an id in.
    ///
    /// @return whether it was not there
    boolean add(long highBits, long lowBits) {
        if (highBits == 0 && lowBits == 0) {
            boolean isNew = !hasZero;
            hasZero = true;
            return isNew;
        }
        if (size >= high.length / 2) {
            grow();
        }
        return put(highBits, lowBits);
    }

    long size() {
        return size + (hasZero ? 1 : 0);
    }

    private boolean put(long highBits, long lowBits) {
        int mask = high.length - 1;
        int at = slot(highBits, lowBits) & mask;
        while (high[at] != 0 || low[at] != 0) {
            if (high[at] == highBits && low[at] == lowBits) {
                return false;
            }
            at = (at + 1) & mask;
        }
        high[at] = highBits;
        low[at] = lowBits;
        size++;
        return true;
    }

    private void grow() {
        var oldHigh = high;
        var oldLow = low;
        high = new long[oldHigh.length * 2];
        low = new long[oldLow.length * 2];
        size = 0;
        for (int i = 0; i < oldHigh.length; i++) {
            if (oldHigh[i] != 0 || oldLow[i] != 0) {
                put(oldHigh[i], oldLow[i]);
            }
        }
    }

    private static int slot(long highBits, long lowBits) {
        long mixed = (lowBits ^ highBits * 0x9e3779b97f4a7c15L) * 0xbf58476d1ce4e5b9L;
        return (int) (mixed >>> 32);
    }
}
