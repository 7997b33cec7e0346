package dev.millrace.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.Acceptance;
import dev.millrace.job.AttemptReport;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.ClaimedJob;
import dev.millrace.job.Ending;
import dev.millrace.job.JobAccept;
import dev.millrace.job.JobCancels;
import dev.millrace.job.JobEndings;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRequeues;
import dev.millrace.job.NewJob;
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
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Money moves as reserve, settle, release, and adds up, whatever dies in between.
@DisplayNameGeneration(ReplaceUnderscores.class)
class LedgerTest {

    private static final TestDatabase test = TestDatabase.create();

    private final TestJobs jobs = new TestJobs(test);
    private final TestRenders renders = new TestRenders(test, jobs);
    private final RenderStore store = new RenderStore(test.database());
    private final JobAccept accept = new JobAccept(test.database());
    private final Budgets budgets = new Budgets(test.database());
    private final UsageRollUp rollUp = new UsageRollUp(test.database());
    private final UUID worker = jobs.worker();
    private final UUID project = jobs.project();

    @AfterAll
    static void close() {
        test.close();
    }

    @BeforeEach
    void forget() {
        jobs.forgetUnfinished();
        test.database()
                .client()
                .sql("truncate usage_entry, usage_day, attempt, reservation, budget, budget_block")
                .update();
        test.database()
                .client()
                .sql("insert into worker (id, name) values (:id, 'a worker')")
                .param("id", worker)
                .update();
    }

    private NewJob chat(String estimate) {
        return Submission.chat().published().job(project).estimated(new BigDecimal(estimate));
    }

    private Acceptance submit(NewJob job) {
        return accept.write(List.of(job)).getFirst();
    }

    private ClaimedJob running(String estimate) {
        return running(chat(estimate));
    }

    private ClaimedJob running(NewJob job) {
        assertThat(submit(job)).isInstanceOf(Acceptance.Accepted.class);
        return jobs.claims().claim(worker, List.of(job.id())).getFirst();
    }

    private static AttemptReport attempt(int number, AttemptStatus status, String cost) {
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
                .costing(null, new BigDecimal(cost));
    }

    private static Ending succeeded(ClaimedJob job, String cost) {
        return Ending.succeeded(
                job.id(), job.lease().epoch(), null, null, Optional.of(attempt(1, AttemptStatus.SUCCEEDED, cost)));
    }

    private void budget(String monthly) {
        budgets.set(project, new BigDecimal(monthly));
    }

    private String spent() {
        return plain(budgets.find(project).orElseThrow().spent());
    }

    private String reserved() {
        return plain(budgets.find(project).orElseThrow().reserved());
    }

    private String left() {
        return plain(budgets.find(project).orElseThrow().left());
    }

    private static String plain(BigDecimal amount) {
        return amount.signum() == 0 ? "0" : amount.stripTrailingZeros().toPlainString();
    }

    private BigDecimal sum(String sql) {
        return test.database().client().sql(sql).query(BigDecimal.class).single();
    }

    /// What attempts cost is what the sums say, rolled up or not; and what is reserved is what unfinished jobs have
    /// reserved, and those whose render is still followed.
    private void assertTheBooksBalance() {
        var sums = sum("""
                select coalesce((select sum(cost) from usage_day), 0) + coalesce((select sum(cost) from usage_entry), 0)
                """);
        assertThat(sums).isEqualByComparingTo(sum("select coalesce(sum(cost), 0) from attempt"));
        assertThat(jobs.count("reservation r", """
                not exists (select from job_backlog where job_id = r.job_id)
                and not exists (select from job_dispatch where job_id = r.job_id)
                and not exists (select from job_run where job_id = r.job_id)
                and not exists (select from render where job_id = r.job_id)
                """)).isZero();
    }

    private static void kill(Connection connection) throws SQLException {
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

    @Test
    void a_job_reserves_its_estimate_with_its_acceptance() {
        budget("10");

        running("2.5");

        assertThat(reserved()).isEqualTo("2.5");
        assertThat(left()).isEqualTo("7.5");
    }

    @Test
    void a_job_settles_to_the_real_figure_and_releases_the_rest() {
        budget("10");
        var job = running("2.5");

        jobs.end(succeeded(job, "0.75"));

        assertThat(reserved()).isEqualTo("0");
        assertThat(spent()).isEqualTo("0.75");
        assertThat(left()).isEqualTo("9.25");
        assertTheBooksBalance();
    }

    @Test
    void a_job_that_would_pass_the_budget_is_refused_and_leaves_its_key_free() {
        budget("1");
        var keyed = Submission.chat().withKey("k", "e").job(project);

        assertThat(submit(keyed.estimated(new BigDecimal("1.01"))))
                .isEqualTo(new Acceptance.OverBudget(new BigDecimal("1.0000000000")));

        assertThat(jobs.count("job", "project_id = '" + project + "'")).isZero();
        assertThat(reserved()).isEqualTo("0");
        assertThat(submit(keyed.estimated(BigDecimal.ONE))).isInstanceOf(Acceptance.Accepted.class);
    }

    @Test
    void a_replay_is_answered_though_nothing_is_left_and_reserves_nothing() {
        budget("1");
        var first = Submission.chat().withKey("k", "e").job(project).estimated(BigDecimal.ONE);
        submit(first);

        var again = Submission.chat().withKey("k", "e").job(project).estimated(BigDecimal.ONE);

        assertThat(submit(again)).isEqualTo(new Acceptance.Replayed(first.id()));
        assertThat(reserved()).isEqualTo("1");
    }

    @Test
    void in_one_batch_those_that_fit_are_accepted_and_one_too_large_takes_nothing_from_those_behind_it() {
        budget("3");

        var answers = accept.write(List.of(chat("2"), chat("5"), chat("1"), chat("0.01")));

        assertThat(answers.stream().map(answer -> answer.getClass().getSimpleName()))
                .containsExactly("Accepted", "OverBudget", "Accepted", "OverBudget");
        assertThat(left()).isEqualTo("0");
    }

    @Test
    void a_job_without_an_estimate_is_not_accepted_where_there_is_a_budget_and_its_neighbours_are() {
        budget("3");
        var other = Submission.chat().job(jobs.project());

        var answers = accept.write(List.of(Submission.chat().job(project), other));

        assertThat(answers.get(0)).isEqualTo(new Acceptance.Unestimated());
        assertThat(answers.get(1)).isInstanceOf(Acceptance.Accepted.class);
    }

    @Test
    void a_project_without_a_budget_reserves_nothing() {
        running("2.5");

        assertThat(jobs.count("reservation", "true")).isZero();
    }

    @Test
    void fifty_at_once_can_not_overspend() throws Exception {
        budget("20");
        var start = new CountDownLatch(1);
        var answers = new ArrayList<Future<Acceptance>>();
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 50; i++) {
                answers.add(pool.submit(() -> {
                    start.await();
                    return submit(chat("1"));
                }));
            }
            start.countDown();
        }

        int accepted = 0;
        for (var answer : answers) {
            accepted += answer.get() instanceof Acceptance.Accepted ? 1 : 0;
        }
        assertThat(accepted).isEqualTo(20);
        assertThat(reserved()).isEqualTo("20");
    }

    @Test
    void a_budget_that_is_set_in_the_middle_of_a_month_counts_what_was_spent_in_it() {
        jobs.end(succeeded(running(Submission.chat().published().job(project)), "4"));
        rollUp.rollUp();
        budget("5");

        assertThat(left()).isEqualTo("1");
    }

    @Test
    void what_was_spent_in_another_month_does_not_count() {
        budget("5");
        test.database()
                .client()
                .sql("""
                        insert into usage_entry (project_id, day, model, attempts, cost)
                        values (:project, :day, 'm', 1, 100)
                        """)
                .param("project", project)
                .param("day", LocalDate.now(ZoneOffset.UTC).withDayOfMonth(1).minusDays(1))
                .update();
        assertThat(left()).isEqualTo("5");
        rollUp.rollUp();
        assertThat(left()).isEqualTo("5");
    }

    @Test
    void a_job_that_is_put_back_or_taken_back_keeps_what_it_has_reserved() {
        budget("10");
        var job = running("2");
        jobs.note(job.lease(), attempt(1, AttemptStatus.FAILED, "0.5"));
        jobs.requeue(job, Duration.ZERO, "retry");
        assertThat(reserved()).isEqualTo("2");
        assertThat(spent()).isEqualTo("0.5");

        var again = jobs.claimAgain(worker, job.id());
        test.database()
                .inTransaction(connection -> JobRequeues.takeBack(
                        connection,
                        List.of(new JobRequeues.TakeBack(
                                job.id(), again.lease().epoch(), true, AttemptReport.abandoned(2, Instant.now())))));

        assertThat(reserved()).isEqualTo("2");
        assertTheBooksBalance();
    }

    @Test
    void a_job_that_is_cancelled_in_the_queue_releases_all() {
        budget("10");
        var job = Submission.chat().job(project).estimated(BigDecimal.TWO);
        submit(job);

        new JobCancels(test.database()).cancel(project, job.id());

        assertThat(left()).isEqualTo("10");
        assertTheBooksBalance();
    }

    @Test
    void a_render_that_was_cancelled_keeps_its_reservation_until_it_has_been_followed_to_its_cost() {
        budget("10");
        var job = rendering("2");
        new JobCancels(test.database()).cancel(project, job.id());
        assertThat(jobs.place(job.id())).isEqualTo("cancelled");
        assertThat(reserved()).isEqualTo("2");

        var render = renders.follow(worker, job.id());
        var ended = RenderAttempts.ended(1, AttemptStatus.SUCCEEDED, "succeeded", null, null)
                .costing(BigDecimal.valueOf(4), new BigDecimal("1.6"));
        store.complete(
                render,
                ended,
                TestRenders.FILE,
                Ending.succeeded(job.id(), render.epoch(), null, null, Optional.empty()),
                worker);

        assertThat(jobs.place(job.id())).isEqualTo("cancelled");
        assertThat(reserved()).isEqualTo("0");
        assertThat(spent()).isEqualTo("1.6");
        assertTheBooksBalance();
    }

    private ClaimedJob rendering(String estimate) {
        var job = running(Submission.video().published().job(project).estimated(new BigDecimal(estimate)));
        renders.intend(job, 1);
        renders.answered(job.lease(), 1, "op-" + job.id().hex());
        return job;
    }

    @Test
    void a_render_settles_to_its_cost_in_the_commit_of_its_jobs_end() {
        budget("10");
        var job = rendering("2");
        var render = renders.follow(worker, job.id());

        store.fail(
                render,
                RenderAttempts.ended(1, AttemptStatus.FAILED, "render_failed", "c", "m")
                        .costing(null, new BigDecimal("0.8")),
                Ending.failed(job.id(), render.epoch(), "c", "m", Optional.empty()),
                worker);

        assertThat(spent()).isEqualTo("0.8");
        assertThat(reserved()).isEqualTo("0");
        assertTheBooksBalance();
    }

    @Test
    void the_cost_of_an_attempt_that_was_given_up_is_added_when_it_comes_to_be_known_and_once() {
        budget("10");
        var job = rendering("2");
        var render = renders.follow(worker, job.id());
        test.database()
                .client()
                .sql("update attempt set status = 'abandoned' where job_id = :id")
                .param("id", job.id().value())
                .update();
        test.database().client().sql("""
                        insert into usage_entry (project_id, day, model, attempts, unknown)
                        values (:project, (now() at time zone 'UTC')::date, 'm', 1, 1)
                        """).param("project", project).update();
        var ended = RenderAttempts.ended(1, AttemptStatus.SUCCEEDED, "succeeded", null, null)
                .costing(BigDecimal.valueOf(4), BigDecimal.ONE);

        store.complete(
                render,
                ended,
                TestRenders.FILE,
                Ending.succeeded(job.id(), render.epoch(), null, null, Optional.empty()),
                worker);

        assertThat(jobs.attempts(job.id())).as("it keeps its end").containsExactly("1 abandoned accepted");
        assertThat(spent()).isEqualTo("1");
        var today = LocalDate.now(ZoneOffset.UTC);
        var sum = new UsageSums(test.database())
                .sums(project, today, today, UsageSums.By.DAY, 1)
                .getFirst();
        assertThat(sum.attempts()).isEqualTo(1);
        assertThat(sum.unknown()).isZero();
        assertTheBooksBalance();
    }

    @Test
    void a_settlement_whose_connection_dies_before_its_commit_has_moved_nothing_and_moves_it_once_when_repeated() {
        budget("10");
        var job = running("2");
        var ending = succeeded(job, "0.75");

        assertThatThrownBy(() -> test.database().inTransaction(connection -> {
                    assertThat(JobEndings.end(connection, List.of(ending), null))
                            .hasSize(1);
                    kill(connection);
                    return true;
                }))
                .isNotNull();

        assertThat(jobs.place(job.id())).isEqualTo("run");
        assertThat(reserved()).isEqualTo("2");
        assertThat(spent()).isEqualTo("0");
        assertTheBooksBalance();

        jobs.end(ending);
        jobs.end(ending);
        assertThat(reserved()).isEqualTo("0");
        assertThat(spent()).isEqualTo("0.75");
        assertTheBooksBalance();
    }

    @Test
    void an_acceptance_whose_connection_dies_before_its_commit_has_reserved_nothing() {
        budget("10");
        var job = chat("2");

        assertThatThrownBy(() -> test.database().inTransaction(connection -> {
                    assertThat(accept.write(List.of(job)).getFirst()).isInstanceOf(Acceptance.Accepted.class);
                    kill(connection);
                    return true;
                }))
                .isNotNull();

        assertThat(left()).isEqualTo("10");
        assertTheBooksBalance();
    }

    @Test
    void a_roll_up_whose_connection_dies_before_its_commit_has_moved_nothing() {
        budget("10");
        jobs.end(succeeded(running("2"), "0.75"));

        assertThatThrownBy(() -> test.database().inTransaction(connection -> {
                    assertThat(rollUp.rollUp()).isEqualTo(1);
                    kill(connection);
                    return true;
                }))
                .isNotNull();

        assertThat(jobs.count("usage_entry", "true")).isEqualTo(1);
        assertThat(jobs.count("usage_day", "true")).isZero();
        assertTheBooksBalance();
        assertThat(rollUp.rollUp()).isEqualTo(1);
        assertThat(spent()).isEqualTo("0.75");
        assertTheBooksBalance();
    }

    @Test
    void sums_that_are_rolled_up_while_jobs_settle_miss_none_and_count_none_twice() throws Exception {
        budget("1000");
        var claimed = new ArrayList<ClaimedJob>();
        for (int i = 0; i < 200; i++) {
            claimed.add(running("1"));
        }
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            var settled = claimed.stream()
                    .map(job -> pool.submit(() -> jobs.end(succeeded(job, "0.01"))))
                    .toList();
            while (!settled.stream().allMatch(Future::isDone)) {
                rollUp.rollUp();
                assertThat(budgets.find(project).orElseThrow().left().doubleValue())
                        .isBetween(800.0, 998.0);
            }
            for (var one : settled) {
                one.get();
            }
        }

        rollUp.rollUp();
        assertThat(spent()).isEqualTo("2");
        assertThat(reserved()).isEqualTo("0");
        assertTheBooksBalance();
    }

    @Test
    void a_week_in_which_something_is_reserved_is_not_dropped() {
        budget("10");
        var job = running("2");
        jobs.end(succeeded(job, "1"));
        var week = LocalDate.ofInstant(job.id().createdAt(), ZoneOffset.UTC)
                .with(java.time.temporal.TemporalAdjusters.previousOrSame(java.time.DayOfWeek.MONDAY));
        test.database()
                .client()
                .sql("insert into reservation (job_id, project_id, amount) values (:job, :project, 1)")
                .param("job", job.id().value())
                .param("project", project)
                .update();

        assertThat(dropped(week)).isFalse();
        assertThat(exists(job.id())).isTrue();
    }

    private boolean dropped(LocalDate week) {
        return test.database()
                .client()
                .sql("select drop_week(:week)")
                .param("week", week)
                .query(Boolean.class)
                .single();
    }

    private boolean exists(JobId job) {
        return jobs.count("job", "id = '" + job.value() + "'") == 1;
    }
}
