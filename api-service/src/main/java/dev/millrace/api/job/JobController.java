package dev.millrace.api.job;

import dev.millrace.api.follow.Waits;
import dev.millrace.api.http.Answer;
import dev.millrace.api.page.ListJson;
import dev.millrace.api.problem.DatabaseCalls;
import dev.millrace.api.problem.Problem;
import dev.millrace.api.security.Caller;
import dev.millrace.event.JobSignals;
import dev.millrace.job.Job;
import dev.millrace.job.JobCancels;
import dev.millrace.job.JobId;
import dev.millrace.job.JobQueries;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/// Shows a job, lists jobs, cancels one.
@Controller
class JobController {

    private final OwnJobs own;
    private final JobQueries jobs;
    private final JobCancels cancels;
    private final JobSignals signals;
    private final Waits waits;
    private final DatabaseCalls database;

    JobController(
            OwnJobs own, JobQueries jobs, JobCancels cancels, JobSignals signals, Waits waits, DatabaseCalls database) {
        this.own = own;
        this.jobs = jobs;
        this.cancels = cancels;
        this.signals = signals;
        this.waits = waits;
        this.database = database;
    }

    @GetMapping("/v1/jobs/{id}")
    void show(@PathVariable("id") String text, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        var project = Caller.of(request).project();
        var id = own.id(text);
        var preference = Preference.of(request);
        var job = waits.until(
                        project,
                        id,
                        preference.upTo(),
                        preference.afterSequence().isPresent() ? Waits.For.CHANGE : Waits.For.END,
                        () -> own.find(project, id),
                        one -> reached(one, preference))
                .orElseThrow(Problem::noSuchJob);
        answer(response, job);
    }

    private static boolean reached(Job job, Preference preference) {
        return job.status().terminal()
                || preference.afterSequence().isPresent()
                        && job.sequence() > preference.afterSequence().getAsInt();
    }

    @GetMapping("/v1/jobs")
    void list(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var project = Caller.of(request).project();
        var filter = ListQuery.of(request);
        var page = database.ask(() -> jobs.list(project, filter));
        Answer.json(
                response,
                200,
                to -> ListJson.page(
                        to,
                        page.jobs(),
                        JobJson::write,
                        job -> job.id().toString(),
                        page.last().map(JobId::toString),
                        page.hasMore()));
    }

    @PostMapping("/v1/jobs/{id}/cancel")
    void cancel(@PathVariable("id") String text, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        var project = Caller.of(request).project();
        var id = own.id(text);
        switch (database.ask(() -> cancels.cancel(project, id))) {
            case JobCancels.Cancel.Done _ -> {
                signals.ended(List.of(id));
                waits.wake(id);
            }
            case JobCancels.Cancel.Marked _ -> {
                // Its holder looks for marks each second, and ends it.
            }
            case JobCancels.Cancel.TooLate _ -> {
                // It stays as it is.
            }
            case JobCancels.Cancel.NoSuchJob _ -> throw Problem.noSuchJob();
        }
        answer(response, own.get(project, id));
    }

    private static void answer(HttpServletResponse response, Job job) throws IOException {
        Answer.json(response, 200, to -> JobJson.write(to, job));
    }
}
