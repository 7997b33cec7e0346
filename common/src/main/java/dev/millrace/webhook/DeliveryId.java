package dev.millrace.webhook;

import dev.millrace.job.Uuid7;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/// A delivery's id, which is also the `webhook-id` of each attempt: `msg_` and 32 hexadecimal digits. Standard Webhooks
/// allows letters, digits and `_` in it.
public record DeliveryId(UUID value) {

    private static final Pattern TEXT = Pattern.compile("msg_[0-9a-f]{32}");

    /// Reads what a caller sent; anything but the exact form is no delivery's id.
    public static Optional<DeliveryId> parse(String text) {
        return TEXT.matcher(text).matches()
                ? Optional.of(new DeliveryId(Uuid7.parse(text.substring("msg_".length()))))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return "msg_" + Uuid7.hex(value);
    }
}
