package dev.millrace.webhook;

import dev.millrace.job.JobId;
import java.util.UUID;

/// A delivery that this worker has taken up.
///
/// @param id as a [DeliveryId] also the `webhook-id`, the same at each attempt
/// @param job whose event it is
/// @param attempts attempts before this one
/// @param resends how often somebody asked for it to be sent again
/// @param scheduleStart how many attempts had been made when its schedule last began anew by that
public record DueDelivery(
        UUID id, JobId job, UUID project, String url, byte[] body, int attempts, int resends, int scheduleStart) {

    /// A delivery that nobody has tried yet.
    public static DueDelivery first(UUID id, JobId job, UUID project, String url, byte[] body) {
        return new DueDelivery(id, job, project, url, body, 0, 0, 0);
    }
}
