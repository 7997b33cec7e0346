package dev.millrace.api.operator;

import dev.millrace.api.delivery.DeliveryJson;
import dev.millrace.api.delivery.Resending;
import dev.millrace.api.delivery.UndeliveredQuery;
import dev.millrace.api.http.Answer;
import dev.millrace.api.page.ListJson;
import dev.millrace.api.problem.DatabaseCalls;
import dev.millrace.webhook.DeliveryLog;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/// `GET /operator/deliveries`, their attempts, and `POST /operator/deliveries/{id}/resend`, for those of all projects.
@Controller
class UndeliveredController {

    private final DeliveryLog deliveries;
    private final Resending resending;
    private final DatabaseCalls database;

    UndeliveredController(DeliveryLog deliveries, Resending resending, DatabaseCalls database) {
        this.deliveries = deliveries;
        this.resending = resending;
        this.database = database;
    }

    @GetMapping("/operator/deliveries")
    void undelivered(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var query = UndeliveredQuery.of(request);
        var found = database.ask(
                () -> deliveries.undelivered(Optional.empty(), query.status(), query.after(), query.limit() + 1));
        Answer.json(
                response,
                200,
                to -> ListJson.page(
                        to,
                        found,
                        query.limit(),
                        DeliveryJson::writeWithProject,
                        delivery -> delivery.id().toString()));
    }

    @GetMapping("/operator/deliveries/{id}/attempts")
    void attempts(@PathVariable("id") String id, HttpServletResponse response) throws IOException {
        var delivery = resending.find(id, deliveries::find);
        var attempts = database.ask(() -> deliveries.attempts(delivery, DeliveryJson.MOST_ATTEMPTS));
        Answer.json(response, 200, to -> ListJson.whole(to, attempts, DeliveryJson::writeWithAnswer));
    }

    @PostMapping("/operator/deliveries/{id}/resend")
    void resend(@PathVariable("id") String id, HttpServletResponse response) throws IOException {
        var delivery = resending.resend(id, deliveries::find);
        Answer.json(response, 202, to -> DeliveryJson.writeWithProject(to, delivery));
    }
}
