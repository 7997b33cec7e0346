package dev.millrace.api.delivery;

import dev.millrace.api.problem.DatabaseCalls;
import dev.millrace.api.problem.Problem;
import dev.millrace.webhook.Delivery;
import dev.millrace.webhook.DeliveryId;
import dev.millrace.webhook.DeliveryLog;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.stereotype.Component;

/// Finds a delivery and has it sent again, for those who may see it.
@Component
public class Resending {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(Resending.class);

    private final DeliveryLog deliveries;
    private final DatabaseCalls database;

    Resending(DeliveryLog deliveries, DatabaseCalls database) {
        this.deliveries = deliveries;
        this.database = database;
    }

    /// @param find finds it for who asks
    /// @throws Problem 404 if it is none, or not the caller's
    public Delivery find(String text, Function<DeliveryId, Optional<Delivery>> find) {
        var delivery = DeliveryId.parse(text)
                .flatMap(id -> database.ask(() -> find.apply(id)))
                .orElseThrow(Resending::noSuchDelivery);
        MDC.put("job_id", delivery.job().toString());
        return delivery;
    }

    /// @param find finds it for who asks
    /// @return the delivery as it is afterwards
    /// @throws Problem 404 if it is none, or not the caller's; 409 if it was tried too often;
    ///     503 if it has to be asked for in a moment
    public Delivery resend(String text, Function<DeliveryId, Optional<Delivery>> find) {
        var before = find(text, find);
        switch (database.ask(() -> deliveries.resend(before))) {
            case DUE ->
                log.info(
                        "{}, which was {}, is sent again",
                        before.id(),
                        before.status().word());
            case TRIED_TOO_OFTEN ->
                throw Problem.conflict(
                        "id",
                        "too_many_attempts",
                        "This delivery was tried " + DeliveryLog.NO_RESEND_AFTER
                                + " times or more: it is not sent again.");
            case GONE -> throw noSuchDelivery();
            case NOT_NOW ->
                throw Problem.unavailable(
                        "housekeeping", "Old deliveries are being removed; ask again in a moment.", RETRY_AFTER);
        }
        return find(text, find);
    }

    private static Problem noSuchDelivery() {
        return Problem.refused(404, "id", "not_found", "There is no such delivery.");
    }
}
