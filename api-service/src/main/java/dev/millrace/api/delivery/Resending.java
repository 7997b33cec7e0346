package dev.millrace.api.delivery;

import dev.millrace.api.problem.DatabaseCalls;
import dev.millrace.api.problem.Problem;
import dev.millrace.webhook.Delivery;
import dev.millrace.webhook.DeliveryId;
import dev.millrace.webhook.DeliveryLog;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/// Has a delivery sent again, for those who may see it.
@Component
public class Resending {

    private static final Logger log = LoggerFactory.getLogger(Resending.class);

    private final DeliveryLog deliveries;
    private final DatabaseCalls database;

    Resending(DeliveryLog deliveries, DatabaseCalls database) {
        this.deliveries = deliveries;
        this.database = database;
    }

    /// @param find finds it for who asks
    /// @return the delivery as it is afterwards
    /// @throws Problem 404 if it is none, or not the caller's
    public Delivery resend(String text, Function<DeliveryId, Optional<Delivery>> find) {
        var id = DeliveryId.parse(text).orElseThrow(Resending::noSuchDelivery);
        var before = database.ask(() -> find.apply(id)).orElseThrow(Resending::noSuchDelivery);
        database.ask(() -> {
            deliveries.resend(id);
            return true;
        });
        log.info(
                "{} of {}, which was {}, is sent again",
                id,
                before.job(),
                before.status().word());
        // Its week may have been dropped in between.
        return database.ask(() -> find.apply(id)).orElseThrow(Resending::noSuchDelivery);
    }

    static Problem noSuchDelivery() {
        return Problem.refused(404, "id", "not_found", "There is no such delivery.");
    }
}
