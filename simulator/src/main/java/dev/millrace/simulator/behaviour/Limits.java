package dev.millrace.simulator.behaviour;

import java.util.Optional;

/// Which of the requests that a behaviour is for it really meets, counted from 1.
///
/// @param after  so many are spared first
/// @param times  so many are met then; the rest is spared
/// @param flap   of those, which in each round
/// @param rate   of those, what share; the choice looks random and is the same in each run
/// @param per    `prompt` or `key`: counted for each prompt or key by itself
record Limits(long after, long times, Optional<Flap> flap, Optional<Double> rate, Optional<String> per) {

    boolean none() {
        return after == 0 && times == Long.MAX_VALUE && flap.isEmpty() && rate.isEmpty();
    }

    boolean meets(long occurrence) {
        long n = occurrence - after;
        if (n < 1 || (times != Long.MAX_VALUE && n > times)) {
            return false;
        }
        return flap.map(f -> f.failsAt(n)).orElse(true)
                && rate.map(share -> scattered(n) < share).orElse(true);
    }

    /// What occurrences are told apart by; nothing unless `per` says so.
    String countedBy(Occasion occasion) {
        return per.map(by -> by.equals("key") ? occasion.key() : occasion.prompt())
                .orElse("");
    }

    /// SplitMix64 of the number, as a fraction below 1.
    private static double scattered(long n) {
        long z = n * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return ((z ^ (z >>> 31)) >>> 11) * 0x1.0p-53;
    }
}
