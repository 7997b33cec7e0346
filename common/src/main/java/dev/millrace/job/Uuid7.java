package dev.millrace.job;

import java.util.HexFormat;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/// UUIDs of version 7 (RFC 9562), rising within a process: 48 bits of Unix milliseconds, 12 bits that count within
/// the millisecond, 62 random bits. They are names, not secrets: every query also names the project.
public final class Uuid7 {

    /// Milliseconds in the upper bits, a 12-bit counter in the lower; runs ahead of the clock in a burst of more
    /// than 4,096 in one millisecond, and does not step back with the clock.
    private static final AtomicLong last = new AtomicLong();

    private Uuid7() {}

    public static UUID next() {
        long clock = System.currentTimeMillis() << 12;
        long stamp = last.accumulateAndGet(clock, (before, now) -> Math.max(before + 1, now));
        long high = (stamp >>> 12 << 16) | 0x7000 | (stamp & 0xfff);
        long low = (ThreadLocalRandom.current().nextLong() >>> 2) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }

    /// The 32 lower-case hexadecimal digits without hyphens.
    public static String hex(UUID uuid) {
        var digits = HexFormat.of();
        return digits.toHexDigits(uuid.getMostSignificantBits()) + digits.toHexDigits(uuid.getLeastSignificantBits());
    }

    /// Reads what [#hex] wrote.
    public static UUID parse(String hex) {
        return new UUID(Long.parseUnsignedLong(hex, 0, 16, 16), Long.parseUnsignedLong(hex, 16, 32, 16));
    }
}
