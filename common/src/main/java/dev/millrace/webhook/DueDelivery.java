package dev.millrace.webhook;

import java.util.UUID;

/// A delivery that this worker has taken up.
///
/// @param id as a [DeliveryId] also the `webhook-id`, the same at each attempt
/// @param attempts attempts before this one
/// @param scheduleStart how many of them were made before its schedule last began anew
public record DueDelivery(UUID id, UUID project, String url, byte[] body, int attempts, int scheduleStart) {

    /// A delivery that nobody has tried yet.
    public static DueDelivery first(UUID id, UUID project, String url, byte[] body) {
        return new DueDelivery(id, project, url, body, 0, 0);
    }
}
