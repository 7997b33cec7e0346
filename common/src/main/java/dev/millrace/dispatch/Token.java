package dev.millrace.dispatch;

import dev.millrace.job.JobId;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The bytes of a dispatch token.
public final class Token {

    private static final int LENGTH = 16;

    private Token() {}

    public static byte[] write(JobId job) {
        return ByteBuffer.allocate(LENGTH)
                .putLong(job.value().getMostSignificantBits())
                .putLong(job.value().getLeastSignificantBits())
                .array();
    }

    /// @return empty for anything that is no token
    public static Optional<JobId> read(byte @Nullable [] value) {
        if (value == null || value.length != LENGTH) {
            return Optional.empty();
        }
        var bytes = ByteBuffer.wrap(value);
        return Optional.of(new JobId(new UUID(bytes.getLong(), bytes.getLong())));
    }
}
