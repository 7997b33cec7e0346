package dev.millrace.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.Acceptance;
import dev.millrace.job.AttemptReport;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.ClaimedJob;
import dev.millrace.job.Ending;
import dev.millrace.job.JobAccept;
import dev.millrace.job.JobCancels;
import dev.millrace.job.JobId;
import dev.millrace.job.NewJob;
import dev.millrace.job.Requeue;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import dev.millrace.render.RenderAttempts;
import dev.millrace.render.RenderStore;
import dev.millrace.render.TestRenders;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One project with its jobs, and how its money stands.
final class Books {

    /// What attempts cost, as their rows say, and as the sums say, rolled up or not: by project, model, key and the UTC
    /// day on which they ended.
    private static final String DIFFERENCES = """
            with by_attempt as (
                select j.project_id, (a.finished_at at time zone 'UTC')::date as day, j.model,
                       coalesce(j.key_id, j.project_id) as key_id,
                       count(*) as attempts, count(*) filter (where a.cost is null) as unknown,
                       coalesce(sum(a.tokens_in), 0) as tokens, coalesce(sum(a.seconds), 0) as seconds,
                       coalesce(sum(a.cost), 0) as cost
                from attempt a join job j on j.id = a.job_id
                where a.finished_at is not null
                group by 1, 2, 3, 4
                union all
                select project_id, (ended_at at time zone 'UTC')::date, public_model, key_id,
                       count(*), count(*) filter (where cost is null), coalesce(sum(tokens_in), 0), 0,
                       coalesce(sum(cost), 0)
                from call_attempt
                group by 1, 2, 3, 4
            ), by_sum as (
                select project_id, day, model, coalesce(key_id, project_id) as key_id,
                       sum(attempts) as attempts, sum(unknown) as unknown, sum(tokens_in) as tokens,
                       sum(seconds) as seconds, sum(cost) as cost
                from (select * from usage_day union all select * from usage_entry) u
                where model is not null
                group by 1, 2, 3, 4
            )
            select 'attempts ' || coalesce(a::text, 'none') || ', sums ' || coalesce(s::text, 'none')
            from by_attempt a full join by_sum s using (project_id, day, model, key_id)
            where a is null or s is null
               or (a.attempts, a.unknown, a.tokens, a.seconds, a.cost)
                  <> (s.attempts, s.unknown, s.tokens, s.seconds, s.cost)
            """;

    // What nobody will use any more.
    private static final String FORGOTTEN = """
            not exists (select from job_backlog where job_id = r.job_id)
            and not exists (select from job_dispatch where job_id = r.job_id)
            and not exists (select from job_run where job_id = r.job_id)
            and not exists (select from render where job_id = r.job_id)
            """;

    final TestDatabase test;
    final TestJobs jobs;
    final TestRenders renders;
    final RenderStore store;
    final JobAccept accept;
    final Budgets budgets;
    final UsageRollUp rollUp;
    final UUID worker;
    final UUID project;

    /// Over a database in which nothing is left of the tests before.
    Books(TestDatabase test) {
        this.test = test;
        this.jobs = new TestJobs(test);
        this.renders = new TestRenders(test, jobs);
        this.store = new RenderStore(test.database());
        this.accept = new JobAccept(test.database());
        this.budgets = new Budgets(test.database());
        this.rollUp = new UsageRollUp(test.database());
        jobs.forgetUnfinished();
        test.database()
                .client()
                .sql("truncate usage_entry, usage_day, attempt, call_attempt, reservation, budget, call_block")
                .update();
        this.worker = jobs.worker();
        this.project = jobs.project();
    }

    NewJob chat(String estimate) {
        return Submission.chat().published().job(project).estimated(new BigDecimal(estimate));
    }

    Acceptance submit(NewJob job) {
        return accept.write(List.of(job)).getFirst();
    }

    ClaimedJob running(String estimate) {
        return running(chat(estimate));
    }

    ClaimedJob running(NewJob job) {
        assertThat(submit(job)).isInstanceOf(Acceptance.Accepted.class);
        return jobs.claims().claim(worker, List.of(job.id())).getFirst();
    }

    /// A video job that is about to be created at its provider.
    ClaimedJob intended(String estimate) {
        var job = running(Submission.video().published().job(project).estimated(new BigDecimal(estimate)));
        renders.intend(job, 1);
        return job;
    }

    /// A video job that is parked while its provider renders.
    ClaimedJob rendering(String estimate) {
        var job = intended(estimate);
        renders.answered(job.lease(), 1, "op-" + job.id().hex());
        return job;
    }

    /// A video job of which nobody knows whether its create was done.
    ClaimedJob lookedUp(String estimate) {
        var job = intended(estimate);
        renders.unanswered(job.lease(), 1);
        return job;
    }

    static AttemptReport attempt(int number, AttemptStatus status, @Nullable String cost) {
        return new AttemptReport(
                        number,
                        status,
                        "p",
                        "pm",
                        "k1",
                        Instant.now(),
                        status.word(),
                        null,
                        null,
                        200,
                        null,
                        1L,
                        1L,
                        0L)
                .costing(null, cost == null ? null : new BigDecimal(cost));
    }

    static AttemptReport rendered(int number, @Nullable String cost) {
        return RenderAttempts.ended(number, AttemptStatus.SUCCEEDED, "succeeded", null, null)
                .costing(BigDecimal.valueOf(4), cost == null ? null : new BigDecimal(cost));
    }

    static Ending succeeded(ClaimedJob job, String cost) {
        return succeeded(job, 1, cost);
    }

    static Ending succeeded(ClaimedJob job, int attempt, String cost) {
        return Ending.succeeded(
                job.id(),
                job.lease().epoch(),
                null,
                null,
                Optional.of(attempt(attempt, AttemptStatus.SUCCEEDED, cost)));
    }

    void cancel(JobId job) {
        new JobCancels(test.database()).cancel(project, job);
    }

    /// For another try, at once.
    static Requeue again(JobId job, int epoch, Optional<AttemptReport> attempt) {
        return new Requeue(job, epoch, Duration.ZERO, "retry", attempt);
    }

    void budget(String monthly) {
        budgets.set(project, new BigDecimal(monthly));
    }

    Budgets.Standing standing() {
        return budgets.find(project).orElseThrow();
    }

    String spent() {
        return plain(standing().spent());
    }

    String reserved() {
        return plain(standing().reserved());
    }

    String left() {
        return plain(standing().left());
    }

    private static String plain(BigDecimal amount) {
        return amount.signum() == 0 ? "0" : amount.stripTrailingZeros().toPlainString();
    }

    int update(String sql) {
        return test.database().client().sql(sql).update();
    }

    /// Lets all that has ended until now have ended in the month before.
    void letAMonthPass() {
        update("update usage_entry set day = (date_trunc('month', now() at time zone 'UTC') - interval '1 day')::date");
        update("""
                update attempt
                set finished_at = (date_trunc('month', now() at time zone 'UTC') - interval '1 hour') at time zone 'UTC'
                where finished_at is not null
                """);
    }

    /// What attempts cost is what the sums say, and what is reserved is what unfinished jobs have reserved, and those
    /// whose render is still followed.
    void assertBalanced() {
        assertThat(test.database().client().sql(DIFFERENCES).query(String.class).list())
                .isEmpty();
        assertThat(jobs.count("reservation r", FORGOTTEN)).isZero();
    }

    /// So much has been spent, and all else has been released.
    void assertSettled(String spent) {
        assertThat(spent()).as("spent").isEqualTo(spent);
        assertKeeps("0");
    }

    void assertKeeps(String reserved) {
        assertThat(reserved()).as("reserved").isEqualTo(reserved);
        assertBalanced();
    }

    /// Ends a connection's other side, as a crash does.
    void kill(Connection connection) throws SQLException {
        int backend;
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("select pg_backend_pid()")) {
            rows.next();
            backend = rows.getInt(1);
        }
        try (var other = test.source().getConnection();
                var statement = other.prepareStatement("select pg_terminate_backend(?, 5000)")) {
            statement.setInt(1, backend);
            statement.executeQuery().close();
        }
    }
}
