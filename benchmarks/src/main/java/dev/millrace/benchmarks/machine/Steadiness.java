package dev.millrace.benchmarks.machine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;

/// How steadily the processors work. On a shared host they are slowed or taken away for tens of milliseconds, and what
/// the system says of stolen time need not show it: a tail that is as long as these spells is the host's.
///
/// @param slow    the part of the time in which they do less than [#SLOW] of what they can, 0 to 1
/// @param spells  how often a second they stay below that for [#SPELL] windows or more
/// @param longest the longest of those, in milliseconds; 0 without any
public record Steadiness(double slow, double spells, double longest) {

    /// Windows of so many milliseconds are compared.
    static final int WINDOW = 5;

    static final double SLOW = 0.6;

    static final int SPELL = 3;

    private static final int BYTES = 4 * 1024 * 1024;
    private static final double WARM_UP = 0.5;

    /// Keeps all processors busy for so long, and half a second more.
    public static Steadiness measure(double seconds) throws InterruptedException {
        int lead = (int) (WARM_UP * 1000 / WINDOW);
        var work = new AtomicIntegerArray(lead + (int) (seconds * 1000 / WINDOW));
        long beganAt = System.nanoTime();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            threads.add(Thread.ofPlatform().name("steadiness").start(() -> work(work, beganAt)));
        }
        for (var thread : threads) {
            thread.join();
        }
        int[] windows = new int[work.length() - lead];
        Arrays.setAll(windows, window -> work.get(lead + window));
        return of(windows);
    }

    /// Some arithmetic over more memory than the innermost caches hold, counted by window.
    private static void work(AtomicIntegerArray work, long beganAt) {
        var memory = new byte[BYTES];
        long state = System.identityHashCode(memory);
        while (true) {
            for (int i = 0; i < 2_000; i++) {
                state = state * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
                memory[(int) (state >>> 42)]++;
            }
            long window = (System.nanoTime() - beganAt) / (WINDOW * 1_000_000L);
            if (window >= work.length()) {
                return;
            }
            work.incrementAndGet((int) window);
        }
    }

    /// @param work what was done in each window, in any unit; what they can is what they do in the best hundredth
    static Steadiness of(int[] work) {
        if (work.length == 0) {
            return new Steadiness(0, 0, 0);
        }
        var sorted = work.clone();
        Arrays.sort(sorted);
        double limit = SLOW * sorted[sorted.length * 99 / 100];
        int slow = 0;
        int spells = 0;
        int longest = 0;
        int running = 0;
        for (int done : work) {
            running = done < limit ? running + 1 : 0;
            slow += done < limit ? 1 : 0;
            spells += running == SPELL ? 1 : 0;
            longest = Math.max(longest, running);
        }
        return new Steadiness(
                (double) slow / work.length,
                spells / (work.length * WINDOW / 1000.0),
                longest >= SPELL ? longest * (double) WINDOW : 0);
    }
}
