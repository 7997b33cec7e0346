package dev.millrace.api.delivery;

import dev.millrace.api.page.Parameters;
import dev.millrace.api.problem.Problem;
import dev.millrace.webhook.Delivery;
import dev.millrace.webhook.DeliveryId;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/// The query of a list of deliveries that did not arrive: `?status=exhausted&after=msg_…&limit=100`.
public record UndeliveredQuery(Optional<Delivery.Status> status, Optional<DeliveryId> after, int limit) {

    /// @throws Problem 400 that names the parameter
    public static UndeliveredQuery of(HttpServletRequest request) {
        Optional<Delivery.Status> status = Optional.empty();
        Optional<DeliveryId> after = Optional.empty();
        int limit = Parameters.USUAL_LIMIT;
        for (var parameter : Parameters.of(request).entrySet()) {
            var value = parameter.getValue();
            switch (parameter.getKey()) {
                case "status" -> status = Optional.of(status(value));
                case "after" -> after = Optional.of(after(value));
                case "limit" -> limit = Parameters.limit(value);
                default -> throw Parameters.unknown(parameter.getKey());
            }
        }
        return new UndeliveredQuery(status, after, limit);
    }

    private static Delivery.Status status(String word) {
        return Delivery.Status.parse(word)
                .filter(known -> known == Delivery.Status.RETRYING || known == Delivery.Status.EXHAUSTED)
                .orElseThrow(() -> Problem.invalid(
                        "status",
                        "invalid_value",
                        "'status' must be retrying or exhausted; what else there is is shown with its job."));
    }

    private static DeliveryId after(String id) {
        return DeliveryId.parse(id)
                .orElseThrow(() -> Problem.invalid("after", "invalid_value", "'after' must be the id of a delivery."));
    }
}
