package dev.millrace.api.delivery;

import dev.millrace.api.http.Answer;
import dev.millrace.api.page.ListJson;
import dev.millrace.api.problem.DatabaseCalls;
import dev.millrace.api.problem.Problem;
import dev.millrace.api.security.Caller;
import dev.millrace.job.JobId;
import dev.millrace.job.JobQueries;
import dev.millrace.webhook.Delivery;
import dev.millrace.webhook.DeliveryLog;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.MDC;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/// The deliveries of a job, those of the project that did not arrive, one of them with its attempts, and its being sent
/// again. What a receiver answered is not shown: a project names its receivers, and would read with our eyes.
@Controller
class DeliveryController {

    private final DeliveryLog deliveries;
    private final Resending resending;
    private final JobQueries jobs;
    private final DatabaseCalls database;

    DeliveryController(DeliveryLog deliveries, Resending resending, JobQueries jobs, DatabaseCalls database) {
        this.deliveries = deliveries;
        this.resending = resending;
        this.jobs = jobs;
        this.database = database;
    }

    @GetMapping("/v1/jobs/{id}/deliveries")
    void ofJob(@PathVariable("id") String text, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        var project = Caller.of(request).project();
        var job = JobId.parse(text).orElseThrow(Problem::noSuchJob);
        MDC.put("job_id", job.toString());
        var found = database.ask(() -> deliveries.ofJob(project, job));
        if (found.isEmpty() && database.ask(() -> jobs.find(project, job)).isEmpty()) {
            throw Problem.noSuchJob();
        }
        Answer.json(response, 200, to -> ListJson.whole(to, found, DeliveryJson::write));
    }

    @GetMapping("/v1/deliveries")
    void undelivered(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var project = Caller.of(request).project();
        var query = UndeliveredQuery.of(request);
        var found = database.ask(
                () -> deliveries.undelivered(Optional.of(project), query.status(), query.after(), query.limit() + 1));
        Answer.json(
                response,
                200,
                to -> ListJson.page(
                        to,
                        found,
                        query.limit(),
                        DeliveryJson::write,
                        delivery -> delivery.id().toString()));
    }

    @GetMapping("/v1/deliveries/{id}")
    void show(@PathVariable("id") String text, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        var delivery = own(Caller.of(request).project(), text);
        Answer.json(response, 200, to -> DeliveryJson.write(to, delivery));
    }

    @GetMapping("/v1/deliveries/{id}/attempts")
    void attempts(@PathVariable("id") String text, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        var delivery = own(Caller.of(request).project(), text);
        var attempts = database.ask(() -> deliveries.attempts(delivery, DeliveryJson.MOST_ATTEMPTS));
        Answer.json(response, 200, to -> ListJson.whole(to, attempts, DeliveryJson::write));
    }

    @PostMapping("/v1/deliveries/{id}/resend")
    void resend(@PathVariable("id") String text, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        var project = Caller.of(request).project();
        var delivery = resending.resend(text, id -> deliveries.find(project, id));
        Answer.json(response, 202, to -> DeliveryJson.write(to, delivery));
    }

    private Delivery own(UUID project, String text) {
        return resending.find(text, id -> deliveries.find(project, id));
    }
}
