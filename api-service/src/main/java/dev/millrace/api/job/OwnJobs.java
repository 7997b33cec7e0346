package dev.millrace.api.job;

import dev.millrace.api.problem.DatabaseCalls;
import dev.millrace.api.problem.Problem;
import dev.millrace.job.Job;
import dev.millrace.job.JobId;
import dev.millrace.job.JobQueries;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.MDC;
import org.springframework.stereotype.Component;

/// Jobs as a caller may name them: its own. What is no id, what is nobody's job and what is another project's are the
/// same 404.
@Component
class OwnJobs {

    private final JobQueries jobs;
    private final DatabaseCalls database;

    OwnJobs(JobQueries jobs, DatabaseCalls database) {
        this.jobs = jobs;
        this.database = database;
    }

    /// @throws Problem 404 if the text is no id
    JobId id(String text) {
        var id = JobId.parse(text).orElseThrow(Problem::noSuchJob);
        MDC.put("job_id", id.toString());
        return id;
    }

    Optional<Job> find(UUID project, JobId id) {
        return database.ask(() -> jobs.find(project, id));
    }

    /// @throws Problem 404 if the project has no such job
    Job get(UUID project, JobId id) {
        return find(project, id).orElseThrow(Problem::noSuchJob);
    }
}
