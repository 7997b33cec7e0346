package dev.millrace.simulator.render;

import java.time.Duration;
import java.util.Optional;

/// What a render is going to come to; settled when it is created.
///
/// @param time        from creation to its end
/// @param failure     set if it ends `failed`
/// @param billed      whether it is on the bill
/// @param processing  how long after its end its file is still being processed (Google)
/// @param expires     how long after its end the file can be fetched
/// @param pollAfter   what the provider advises callers to wait between polls; empty if it says nothing
public record RenderPlan(
        Duration time,
        Optional<Failure> failure,
        boolean billed,
        Duration processing,
        Duration expires,
        Optional<Duration> pollAfter) {

    /// Why a render failed, in the provider's words.
    public record Failure(String code, String message) {}

    /// The same, and not on the bill.
    public RenderPlan withoutBill() {
        return new RenderPlan(time, failure, false, processing, expires, pollAfter);
    }
}
