package dev.millrace.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.AttemptReport;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.ClaimedJob;
import dev.millrace.job.Ending;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRequeues;
import dev.millrace.job.Requeue;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What each attempt costs, on its record.
@DisplayNameGeneration(ReplaceUnderscores.class)
class AttemptCostsTest {

    @RegisterExtension
    private static final TestDatabase test = TestDatabase.create();

    private static final Prices PRICES = new Prices(
            new PriceSettings(
                    List.of(new Price(
                            "pm",
                            java.time.LocalDate.EPOCH,
                            BigDecimal.ONE,
                            BigDecimal.TEN,
                            null,
                            new BigDecimal("1.25"),
                            Map.of(),
                            new BigDecimal("0.5"),
                            true)),
                    null,
                    0),
            Map.of());

    private final TestJobs jobs = new TestJobs(test);
    private final ClaimedJob job = jobs.running(jobs.worker(), Submission.chat());

    static AttemptReport attempt(
            AttemptStatus status, @Nullable String outcome, @Nullable Integer http, @Nullable Long in) {
        return new AttemptReport(
                1,
                status,
                "p",
                "pm",
                "k1",
                Instant.now(),
                outcome,
                null,
                null,
                http,
                null,
                in,
                in,
                in == null ? null : 0L);
    }

    private static Optional<BigDecimal> cost(AttemptReport attempt) {
        return Optional.ofNullable(attempt.priced(PRICES).cost()).map(BigDecimal::stripTrailingZeros);
    }

    private String recorded(JobId id, int number) {
        return test.database()
                .client()
                .sql("select coalesce(cost::text, 'unknown') from attempt where job_id = :id and number = :number")
                .param("id", id.value())
                .param("number", number)
                .query(String.class)
                .single();
    }

    @Test
    void an_attempt_that_succeeded_costs_its_tokens_and_its_call() {
        assertThat(cost(attempt(AttemptStatus.SUCCEEDED, "succeeded", 200, 1_000_000L)))
                .contains(new BigDecimal("11.5"));
    }

    @Test
    void tokens_that_were_put_into_the_cache_cost_what_their_price_says() {
        var attempt = attempt(AttemptStatus.SUCCEEDED, "succeeded", 200, 1_000_000L);

        assertThat(cost(attempt.caching(400_000))).contains(new BigDecimal("11.6"));
        assertThat(cost(attempt.caching(400_000).dropping(List.of("seed")))).contains(new BigDecimal("11.6"));
    }

    @Test
    void an_attempt_that_failed_after_it_used_tokens_costs_them() {
        assertThat(cost(attempt(AttemptStatus.FAILED, "cut", 200, 1_000_000L))).contains(new BigDecimal("11.5"));
    }

    @Test
    void an_attempt_that_was_refused_costs_what_a_failed_call_does() {
        assertThat(cost(attempt(AttemptStatus.FAILED, "rate_limited", 429, null)))
                .contains(new BigDecimal("0.5"));
        assertThat(cost(attempt(AttemptStatus.FAILED, "unreachable", null, null)))
                .contains(new BigDecimal("0.5"));
    }

    @Test
    void what_an_attempt_cost_whose_answer_was_lost_or_makes_no_sense_nobody_knows() {
        assertThat(cost(attempt(AttemptStatus.FAILED, "timeout", null, null))).isEmpty();
        assertThat(cost(attempt(AttemptStatus.FAILED, "connection_lost", null, null)))
                .isEmpty();
        assertThat(cost(attempt(AttemptStatus.FAILED, "malformed_answer", 200, null)))
                .isEmpty();
        assertThat(cost(attempt(AttemptStatus.SUCCEEDED, "succeeded", 200, null)))
                .isEmpty();
    }

    @Test
    void an_abandoned_attempt_costs_an_unknown_amount_and_never_nothing() {
        assertThat(cost(attempt(AttemptStatus.ABANDONED, "worker_lost", null, null)))
                .isEmpty();
    }

    @Test
    void an_attempt_that_is_under_way_costs_nothing_yet() {
        assertThat(cost(attempt(AttemptStatus.STARTED, null, null, null))).isEmpty();
        assertThat(cost(attempt(AttemptStatus.INDETERMINATE, "timeout", null, null)))
                .isEmpty();
    }

    @Test
    void an_attempt_at_a_model_without_a_price_costs_null_and_never_0() {
        var other = new Prices(PriceSettings.NONE, Map.of());
        assertThat(attempt(AttemptStatus.SUCCEEDED, "succeeded", 200, 5L)
                        .priced(other)
                        .cost())
                .isNull();
        assertThat(attempt(AttemptStatus.FAILED, "rate_limited", 429, null)
                        .priced(other)
                        .cost())
                .isNull();
    }

    @Test
    void the_cost_is_written_with_the_end_of_its_job() {
        var attempt = attempt(AttemptStatus.SUCCEEDED, "succeeded", 200, 1_000L).priced(PRICES);

        jobs.end(Ending.succeeded(job.id(), job.lease().epoch(), null, null, Optional.of(attempt)));

        assertThat(recorded(job.id(), 1)).isEqualTo("0.5110000000");
    }

    @Test
    void the_cost_of_a_failed_attempt_is_written_before_the_next_begins_and_when_its_job_is_put_back() {
        jobs.note(
                job.lease(),
                attempt(AttemptStatus.FAILED, "provider_error", 500, null).priced(PRICES));
        assertThat(recorded(job.id(), 1)).isEqualTo("0.5000000000");

        var second = new AttemptReport(
                        2,
                        AttemptStatus.FAILED,
                        "p",
                        "pm",
                        "k1",
                        Instant.now(),
                        "provider_error",
                        null,
                        null,
                        500,
                        null,
                        null,
                        null,
                        null)
                .priced(PRICES);
        JobRequeues.requeue(
                test.database(),
                List.of(new Requeue(job.id(), job.lease().epoch(), Duration.ZERO, "retry", Optional.of(second))));
        assertThat(recorded(job.id(), 2)).isEqualTo("0.5000000000");
    }

    @Test
    void a_chat_call_that_died_with_its_worker_reads_abandoned_and_its_cost_unknown() {
        jobs.note(job.lease(), TestJobs.started(1));
        test.database()
                .inTransaction(connection -> JobRequeues.takeBack(
                        connection,
                        List.of(new JobRequeues.TakeBack(
                                job.id(), job.lease().epoch(), true, AttemptReport.abandoned(1, Instant.now())))));

        assertThat(jobs.attempts(job.id())).containsExactly("1 abandoned worker_lost");
        assertThat(recorded(job.id(), 1)).isEqualTo("unknown");
    }
}
