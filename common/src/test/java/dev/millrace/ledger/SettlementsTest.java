package dev.millrace.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.AttemptReport;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.Ending;
import dev.millrace.job.JobRequeues;
import dev.millrace.job.Submission;
import dev.millrace.lease.LeaseSettings;
import dev.millrace.lease.TakeBacks;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Whatever becomes of a job, in the end it has cost what its attempts did, and nothing is reserved for it.
@DisplayNameGeneration(ReplaceUnderscores.class)
class SettlementsTest {

    @RegisterExtension
    private static final TestDatabase test = TestDatabase.create();

    private final Books books = new Books(test);

    @BeforeEach
    void have_a_budget() {
        books.budget("10");
    }

    @Test
    void a_job_settles_to_the_real_figure_and_releases_the_rest() {
        var job = books.running("2.5");

        books.jobs.end(Books.succeeded(job, "0.75"));

        books.assertSettled("0.75");
        assertThat(books.left()).isEqualTo("9.25");
    }

    @Test
    void a_job_that_costs_more_than_its_estimate_settles_to_the_real_figure_too() {
        books.jobs.end(Books.succeeded(books.running("2.5"), "3"));

        books.assertSettled("3");
    }

    @Test
    void what_is_reserved_is_released_whatever_the_price_is_by_then() {
        // Three dollars for its two tokens, whatever its estimate was made by.
        var price = new Price(
                "pm",
                LocalDate.EPOCH,
                new BigDecimal("1000000"),
                new BigDecimal("2000000"),
                null,
                null,
                Map.of(),
                null,
                false);
        var dearer = new Prices(new PriceSettings(List.of(price), null, 0), Map.of());
        var job = books.running("2.5");
        var attempt = Books.attempt(1, AttemptStatus.SUCCEEDED, null).priced(dearer);

        books.jobs.end(Ending.succeeded(job.id(), job.lease().epoch(), null, null, Optional.of(attempt)));

        books.assertSettled("3");
    }

    @Test
    void a_job_that_fails_releases_all_that_it_did_not_spend() {
        var job = books.running("2");

        books.jobs.end(Ending.failed(
                job.id(), job.lease().epoch(), "c", "m", Optional.of(Books.attempt(1, AttemptStatus.FAILED, "0"))));

        books.assertSettled("0");
    }

    @Test
    void an_attempt_of_unknown_cost_takes_nothing_and_keeps_nothing_reserved() {
        var job = books.running("2");

        books.jobs.end(Ending.succeeded(
                job.id(),
                job.lease().epoch(),
                null,
                null,
                Optional.of(Books.attempt(1, AttemptStatus.SUCCEEDED, null))));

        books.assertSettled("0");
    }

    @Test
    void a_job_that_failed_with_a_cost_and_is_put_back_keeps_what_it_has_reserved_until_its_end() {
        var job = books.running("2");
        JobRequeues.requeue(
                test.database(),
                List.of(Books.again(
                        job.id(), job.lease().epoch(), Optional.of(Books.attempt(1, AttemptStatus.FAILED, "0.5")))));
        books.assertKeeps("2");
        assertThat(books.spent()).isEqualTo("0.5");

        books.jobs.end(Books.succeeded(books.jobs.claimAgain(books.worker, job.id()), 2, "1"));

        books.assertSettled("1.5");
    }

    @Test
    void a_job_that_is_taken_back_keeps_what_it_has_reserved_until_its_end() {
        var job = books.running("2");
        books.jobs.note(job.lease(), Books.attempt(1, AttemptStatus.FAILED, "0.5"));
        test.database()
                .inTransaction(connection -> JobRequeues.takeBack(
                        connection,
                        List.of(new JobRequeues.TakeBack(
                                job.id(), job.lease().epoch(), true, AttemptReport.abandoned(2, Instant.now())))));
        books.assertKeeps("2");

        books.jobs.end(Books.succeeded(job, 2, "9"));
        assertThat(books.spent()).as("who lost it settles nothing").isEqualTo("0.5");

        books.jobs.end(Books.succeeded(books.jobs.claimAgain(books.worker, job.id()), 3, "1"));
        books.assertSettled("1.5");
    }

    @Test
    void a_job_whose_worker_is_lost_once_too_often_releases_all() {
        books.running("2");
        books.jobs.silence(books.worker);

        new TakeBacks(
                        test.database(),
                        new LeaseSettings(Duration.ofSeconds(5), Duration.ofSeconds(1), 1),
                        Duration.ZERO)
                .takeBack(books.jobs.judge());

        books.assertSettled("0");
    }

    @Test
    void a_job_that_is_cancelled_in_the_queue_releases_all() {
        var job = Submission.chat().job(books.project).estimated(BigDecimal.TWO);
        books.submit(job);

        books.cancel(job.id());

        books.assertSettled("0");
        assertThat(books.left()).isEqualTo("10");
    }

    @Test
    void a_job_that_is_cancelled_while_it_waits_for_another_try_releases_what_it_has_not_spent() {
        var job = books.running("2");
        JobRequeues.requeue(
                test.database(),
                List.of(Books.again(
                        job.id(), job.lease().epoch(), Optional.of(Books.attempt(1, AttemptStatus.FAILED, "0.5")))));

        books.cancel(job.id());

        books.assertSettled("0.5");
    }

    @Test
    void a_job_that_is_cancelled_while_it_runs_is_settled_by_its_holder() {
        var job = books.running("2");
        books.cancel(job.id());
        books.assertKeeps("2");
        assertThat(JobRequeues.requeue(
                        test.database(),
                        List.of(Books.again(
                                job.id(),
                                job.lease().epoch(),
                                Optional.of(Books.attempt(1, AttemptStatus.FAILED, "0.5"))))))
                .isEmpty();
        assertThat(books.spent())
                .as("it was not put back, and nothing was written")
                .isEqualTo("0");

        books.jobs.end(Ending.cancelled(
                job.id(), job.lease().epoch(), Optional.of(Books.attempt(1, AttemptStatus.FAILED, "0.5"))));

        books.assertSettled("0.5");
    }
}
