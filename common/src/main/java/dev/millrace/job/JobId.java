package dev.millrace.job;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/// A job's id. It is a UUIDv7, so ids sort by time of acceptance and name the partition that holds the job; callers
/// see it as `job_` and 32 hexadecimal digits.
public record JobId(UUID value) implements Comparable<JobId> {

    private static final Pattern TEXT = Pattern.compile("job_[0-9a-f]{32}");

    public static JobId next() {
        return new JobId(Uuid7.next());
    }

    /// Reads what a caller sent; anything but the exact form is no job's id.
    public static Optional<JobId> parse(String text) {
        return TEXT.matcher(text).matches()
                ? Optional.of(new JobId(Uuid7.parse(text.substring("job_".length()))))
                : Optional.empty();
    }

    /// When the id was made, to the millisecond, by the clock of the service that accepted the job.
    public Instant createdAt() {
        return Instant.ofEpochMilli(value.getMostSignificantBits() >>> 16);
    }

    /// The 32 digits alone, for names of files and of what belongs to the job.
    public String hex() {
        return Uuid7.hex(value);
    }

    @Override
    public int compareTo(JobId other) {
        int high = Long.compareUnsigned(value.getMostSignificantBits(), other.value.getMostSignificantBits());
        return high != 0
                ? high
                : Long.compareUnsigned(value.getLeastSignificantBits(), other.value.getLeastSignificantBits());
    }

    @Override
    public String toString() {
        return "job_" + hex();
    }
}
