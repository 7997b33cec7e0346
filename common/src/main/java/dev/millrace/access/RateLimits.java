package dev.millrace.access;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// How much a project may ask for in a calendar minute; absent where it may ask for what it likes.
public record RateLimits(OptionalLong requestsPerMinute, OptionalLong tokensPerMinute) {

    public static final RateLimits NONE = new RateLimits(OptionalLong.empty(), OptionalLong.empty());

    static RateLimits of(@Nullable Long requests, @Nullable Long tokens) {
        return requests == null && tokens == null ? NONE : new RateLimits(optional(requests), optional(tokens));
    }

    private static OptionalLong optional(@Nullable Long limit) {
        return limit == null ? OptionalLong.empty() : OptionalLong.of(limit);
    }

    public boolean none() {
        return requestsPerMinute.isEmpty() && tokensPerMinute.isEmpty();
    }
}
