package dev.millrace.simulator.render;

import org.jspecify.annotations.Nullable;

/// What a caller ordered.
///
/// @param key           the print of the key that ordered it
/// @param requestNumber the request's number in the ledger
public record RenderOrder(
        String provider,
        String format,
        String model,
        String prompt,
        String size,
        String seconds,
        String key,
        @Nullable String idempotencyKey,
        long requestNumber) {}
