package dev.millrace.webhook;

import java.util.UUID;

/// A delivery that this worker has taken up.
///
/// @param id also the `webhook-id`, the same at each attempt
/// @param attempts attempts before this one
public record DueDelivery(UUID id, UUID project, String url, byte[] body, int attempts) {}
