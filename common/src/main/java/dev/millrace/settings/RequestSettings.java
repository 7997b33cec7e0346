package dev.millrace.settings;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How much is served at once.
///
/// @param most requests that one process serves at once, whatever they ask for, eight ninths of them one project's;
///     more are refused with 503; `0` is as many as two thirds of the heap have room for, at 112 KB each: that much a
///     request holds while it waits, most of it the server's buffers
public record RequestSettings(
        @Min(0) @Max(1_000_000) @DefaultValue("0") int most) {

    private static final long EACH = 112 * 1024;

    /// What a process holds that serves nobody.
    private static final long AT_REST = 64 * 1024 * 1024;

    private static final int AT_LEAST = 64;

    /// How many there may be.
    public int mostAtOnce() {
        return most > 0 ? most : mostIn(Runtime.getRuntime().maxMemory());
    }

    static int mostIn(long heap) {
        return (int) Math.clamp((heap - AT_REST) * 2 / 3 / EACH, AT_LEAST, 1_000_000);
    }
}
