package dev.millrace.webhook;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// How one attempt at a delivery went, and what is to become of the delivery.
///
/// @param number from 1
/// @param resends how often it had been asked to be sent again when the attempt began
/// @param outcome `succeeded`, or the class of the failure
/// @param response the first bytes of the receiver's answer
/// @param next the wait before the next attempt; empty if there is none, because it succeeded or was the last
public record DeliveryReport(
        UUID delivery,
        int number,
        int resends,
        Instant startedAt,
        Duration took,
        String outcome,
        @Nullable Integer httpStatus,
        byte @Nullable [] response,
        Optional<Duration> next) {

    public static final String SUCCEEDED = "succeeded";

    public boolean succeeded() {
        return outcome.equals(SUCCEEDED);
    }
}
