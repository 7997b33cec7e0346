package dev.millrace.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.Acceptance;
import dev.millrace.job.Submission;
import java.math.BigDecimal;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What jobs take from a budget with their acceptance.
@DisplayNameGeneration(ReplaceUnderscores.class)
class ReservationsTest {

    @RegisterExtension
    private static final TestDatabase test = TestDatabase.create();

    private final Books books = new Books(test);

    @Test
    void a_job_reserves_its_estimate_with_its_acceptance() {
        books.budget("10");

        books.running("2.5");

        assertThat(books.reserved()).isEqualTo("2.5");
        assertThat(books.left()).isEqualTo("7.5");
    }

    @Test
    void a_job_that_would_pass_the_budget_is_refused_and_leaves_its_key_free() {
        books.budget("1");
        var keyed = Submission.chat().withKey("k", "e").job(books.project);

        assertThat(books.submit(keyed.estimated(new BigDecimal("1.01"))))
                .isEqualTo(new Acceptance.OverBudget(new BigDecimal("1.0000000000")));

        assertThat(books.jobs.count("job", "project_id = '" + books.project + "'"))
                .isZero();
        assertThat(books.reserved()).isEqualTo("0");
        assertThat(books.submit(keyed.estimated(BigDecimal.ONE))).isInstanceOf(Acceptance.Accepted.class);
    }

    @Test
    void a_replay_is_answered_though_nothing_is_left_and_reserves_nothing() {
        books.budget("1");
        var first = Submission.chat().withKey("k", "e").job(books.project).estimated(BigDecimal.ONE);
        books.submit(first);

        var again = Submission.chat().withKey("k", "e").job(books.project).estimated(BigDecimal.ONE);

        assertThat(books.submit(again)).isEqualTo(new Acceptance.Replayed(first.id()));
        assertThat(books.reserved()).isEqualTo("1");
    }

    @Test
    void in_one_batch_those_that_fit_are_accepted_and_one_too_large_takes_nothing_from_those_behind_it() {
        books.budget("3");

        var answers =
                books.accept.write(List.of(books.chat("2"), books.chat("5"), books.chat("1"), books.chat("0.01")));

        assertThat(answers.stream().map(answer -> answer.getClass().getSimpleName()))
                .containsExactly("Accepted", "OverBudget", "Accepted", "OverBudget");
        assertThat(books.left()).isEqualTo("0");
    }

    @Test
    void a_job_without_an_estimate_is_not_accepted_where_there_is_a_budget_and_its_neighbours_are() {
        books.budget("3");
        var other = Submission.chat().job(books.jobs.project());

        var answers = books.accept.write(List.of(Submission.chat().job(books.project), other));

        assertThat(answers.get(0)).isEqualTo(new Acceptance.Unestimated());
        assertThat(answers.get(1)).isInstanceOf(Acceptance.Accepted.class);
    }

    @Test
    void a_project_without_a_budget_reserves_nothing() {
        books.running("2.5");

        assertThat(books.jobs.count("reservation", "true")).isZero();
    }

    @Test
    void fifty_at_once_can_not_overspend() throws Exception {
        books.budget("20");
        var start = new CountDownLatch(1);
        var answers = new ArrayList<Future<Acceptance>>();
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 50; i++) {
                answers.add(pool.submit(() -> {
                    start.await();
                    return books.submit(books.chat("1"));
                }));
            }
            start.countDown();
        }

        int accepted = 0;
        for (var answer : answers) {
            accepted += answer.get() instanceof Acceptance.Accepted ? 1 : 0;
        }
        assertThat(accepted).isEqualTo(20);
        assertThat(books.reserved()).isEqualTo("20");
    }

    @Test
    void a_week_in_which_something_is_reserved_is_not_dropped() {
        books.budget("10");
        var job = books.running("2");
        books.jobs.end(Books.succeeded(job, "1"));
        var week = LocalDate.ofInstant(job.id().createdAt(), ZoneOffset.UTC)
                .with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
        test.database()
                .client()
                .sql("insert into reservation (job_id, project_id, amount) values (:job, :project, 1)")
                .param("job", job.id().value())
                .param("project", books.project)
                .update();

        assertThat(test.database()
                        .client()
                        .sql("select drop_week(:week)")
                        .param("week", week)
                        .query(Boolean.class)
                        .single())
                .isFalse();
        assertThat(books.jobs.count("job", "id = '" + job.id().value() + "'")).isEqualTo(1);
    }
}
