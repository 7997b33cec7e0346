package dev.millrace.job;

import dev.millrace.database.Database;
import dev.millrace.database.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/// Brings jobs to where a test needs them, and looks at the tables behind them.
public final class TestJobs {

    public static final Duration LEASE = Duration.ofSeconds(5);

    private static final String ROWS = """
            select 'backlog' as place, job_id, epoch, attempts, take_backs, sequence, null::uuid as owner,
                   false as cancel_requested, null::text as hold_reason from job_backlog where job_id = :id
            union all
            select 'dispatch', job_id, epoch, attempts, take_backs, sequence, null, false, null
            from job_dispatch where job_id = :id
            union all
            select 'run', job_id, epoch, attempts, take_backs, sequence, owner, cancel_requested, hold_reason
            from job_run where job_id = :id
            union all
            select status, job_id, 0, attempts, 0, sequence, null, false, null from job_end where job_id = :id
            """;

    /// Where a job is: `backlog`, `dispatch`, `run` or the status that it ended with.
    public record Row(
            String place,
            int epoch,
            int attempts,
            int takeBacks,
            int sequence,
            @Nullable UUID owner,
            boolean cancelRequested,
            Optional<String> holdReason) {}

    private final Database database;
    private final UUID project;
    private final UUID judge = UUID.randomUUID();

    public TestJobs(TestDatabase test) {
        this.database = test.database();
        this.project = project();
    }

    /// The project of all submissions that name none.
    public UUID mine() {
        return project;
    }

    /// A new project without a limit of its own.
    public UUID project() {
        var id = UUID.randomUUID();
        database.client()
                .sql("insert into project (id, name, webhook_secret) values (:id, 'a project', '\\x00')")
                .param("id", id)
                .update();
        return id;
    }

    public void limit(UUID limited, int maxActive) {
        database.client()
                .sql("update project set max_active = :most where id = :id")
                .param("most", maxActive)
                .param("id", limited)
                .update();
    }

    /// A new worker with a fresh heartbeat.
    public UUID worker() {
        var id = UUID.randomUUID();
        database.client()
                .sql("insert into worker (id, name) values (:id, 'a worker')")
                .param("id", id)
                .update();
        return id;
    }

    /// A worker that has been heard for long, and now: on its word others may be declared lost.
    public UUID judge() {
        database.client().sql("""
                        insert into worker (id, name, steady_since) values (:id, 'a judge', '-infinity')
                        on conflict (id) do update set heartbeat_at = now()
                        """).param("id", judge).update();
        return judge;
    }

    /// Lets a worker's last heartbeat be longer ago than its lease.
    public void silence(UUID worker) {
        database.client()
                .sql("update worker set heartbeat_at = now() - interval '6 seconds' where id = :id")
                .param("id", worker)
                .update();
    }

    public JobId accept(Submission submission) {
        return accept(submission, 1).getFirst();
    }

    public List<JobId> accept(Submission submission, int times) {
        var jobs = java.util.stream.Stream.generate(() -> submission.job(project))
                .limit(times)
                .toList();
        new JobAccept(database).write(jobs);
        return jobs.stream().map(NewJob::id).toList();
    }

    public JobClaims claims() {
        return claims(new RequestRoom(Long.MAX_VALUE));
    }

    JobClaims claims(RequestRoom room) {
        return new JobClaims(database, LEASE, room);
    }

    /// Accepts, publishes and claims.
    public ClaimedJob running(UUID worker, Submission submission) {
        return claims().claim(worker, List.of(accept(submission.published()))).getFirst();
    }

    /// A job that nobody holds any more, as the lease of a new holder.
    public ClaimedJob claimAgain(UUID worker, JobId job) {
        publish(job);
        var named = claims().claim(worker, List.of(job));
        return named.isEmpty()
                ? claims().claimTakenBack(worker, kind(job), Integer.MAX_VALUE).getFirst()
                : named.getFirst();
    }

    private JobKind kind(JobId job) {
        return JobKind.of(database.client()
                .sql("select kind from job where id = :id")
                .param("id", job.value())
                .query(String.class)
                .single());
    }

    /// Publishes a job past all that a dispatcher heeds.
    public void publish(JobId job) {
        database.client().sql("""
                        with gone as (delete from job_backlog where job_id = :id returning *)
                        insert into job_dispatch (job_id, project_id, lane, dispatched_at, epoch, attempts, take_backs,
                                                  sequence, started_at)
                        select job_id, project_id, lane, now(), epoch, attempts, take_backs, sequence, started_at
                        from gone
                        """).param("id", job.value()).update();
    }

    /// A job of [#mine()] as its callers see it.
    public Job find(JobId job) {
        return new JobQueries(database).find(project, job).orElseThrow();
    }

    /// The one row of a job that is somewhere between its acceptance and its end, or at it.
    public Row row(JobId job) {
        return database.client()
                .sql(ROWS)
                .param("id", job.value())
                .query((row, number) -> new Row(
                        row.getString("place"),
                        row.getInt("epoch"),
                        row.getInt("attempts"),
                        row.getInt("take_backs"),
                        row.getInt("sequence"),
                        row.getObject("owner", UUID.class),
                        row.getBoolean("cancel_requested"),
                        Optional.ofNullable(row.getString("hold_reason"))))
                .single();
    }

    public String place(JobId job) {
        return row(job).place();
    }

    /// The events in order, without the prefix `job.`.
    public List<String> events(JobId job) {
        return database.client()
                .sql("select substring(type from 5) from job_event where job_id = :id order by sequence")
                .param("id", job.value())
                .query(String.class)
                .list();
    }

    /// The attempts in order: number, status and outcome.
    public List<String> attempts(JobId job) {
        return database.client()
                .sql("""
                        select concat_ws(' ', number, status, outcome) from attempt
                        where job_id = :id order by number
                        """)
                .param("id", job.value())
                .query(String.class)
                .list();
    }

    public long count(String table, String condition) {
        return database.client()
                .sql("select count(*) from " + table + " where " + condition)
                .query(Long.class)
                .single();
    }

    /// Removes what the tests before have left in the tables that all share.
    public void forgetUnfinished() {
        database.client()
                .sql("truncate job_backlog, job_dispatch, job_run, render, operation, delivery_due, worker, lane_draw")
                .update();
    }

    /// Waits until a statement in this database waits for another's lock.
    public void awaitBlocked() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> {
                    return database.client().sql("""
                                    select count(*) from pg_stat_activity
                                    where datname = current_database() and wait_event_type = 'Lock'
                                    """).query(Integer.class).single() > 0;
                });
    }

    public static AttemptReport started(int number) {
        return report(number, AttemptStatus.STARTED, null);
    }

    public static AttemptReport ended(int number, AttemptStatus status, String outcome) {
        return report(number, status, outcome);
    }

    private static AttemptReport report(int number, AttemptStatus status, @Nullable String outcome) {
        return new AttemptReport(
                number, status, "p", "pm", "k1", Instant.now(), outcome, null, null, null, null, null, null, null);
    }

    /// Puts an attempt on record.
    public boolean note(Lease lease, AttemptReport attempt) {
        return AttemptNotes.note(database, List.of(new AttemptNotes.Note(lease, attempt)))
                .contains(lease);
    }

    public List<Ended> succeed(ClaimedJob job) {
        return end(Ending.succeeded(job.id(), job.lease().epoch(), null, null, Optional.empty()));
    }

    public List<Ended> end(Ending... endings) {
        return JobEndings.end(database, Arrays.asList(endings), null);
    }

    public boolean requeue(ClaimedJob job, Duration delay, String reason) {
        var requeue = new Requeue(job.id(), job.lease().epoch(), delay, reason, Optional.empty());
        return JobRequeues.requeue(database, List.of(requeue)).contains(job.id());
    }
}
