package dev.millrace.webhook;

import dev.millrace.job.JobId;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/// One event on its way to one URL, as those see it who want to know whether it arrived.
///
/// @param event    the event's id, such as `evt_…_4`
/// @param type     the event's type, such as `job.succeeded`
/// @param attempts how many have ended
/// @param next     when the next attempt is due; empty while one is under way, and where none will be
/// @param last     the attempt that ended last
public record Delivery(
        DeliveryId id,
        JobId job,
        UUID project,
        String event,
        String type,
        String url,
        Status status,
        Instant createdAt,
        int attempts,
        Optional<Instant> next,
        Optional<Attempt> last) {

    /// How far it is.
    public enum Status {
        /// Not tried yet.
        PENDING,
        /// It was tried, and is tried again: because it failed, or because somebody asked for it.
        RETRYING,
        DELIVERED,
        /// It has failed, and is not tried again unless somebody asks for it.
        EXHAUSTED;

        public static Optional<Status> parse(String word) {
            for (var status : values()) {
                if (status.word().equals(word)) {
                    return Optional.of(status);
                }
            }
            return Optional.empty();
        }

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// One call of the receiver.
    ///
    /// @param number   from 1
    /// @param outcome  `succeeded`, or the class of the failure
    /// @param response the first bytes of the answer, whatever they are; empty if none came, or none were asked for
    public record Attempt(
            int number,
            Instant startedAt,
            Duration took,
            String outcome,
            Optional<Integer> httpStatus,
            Optional<byte[]> response) {}
}
