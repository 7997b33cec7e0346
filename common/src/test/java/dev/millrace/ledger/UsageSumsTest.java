package dev.millrace.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.AttemptReport;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.ClaimedJob;
import dev.millrace.job.Ending;
import dev.millrace.job.JobAccept;
import dev.millrace.job.NewJob;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Sums by project, model, key and day, and that they are what the attempts come to.
@DisplayNameGeneration(ReplaceUnderscores.class)
class UsageSumsTest {

    @RegisterExtension
    private static final TestDatabase test = TestDatabase.create();

    private final TestJobs jobs = new TestJobs(test);
    private final UUID worker = jobs.worker();
    private final UsageSums sums = new UsageSums(test.database());
    private final UsageRollUp rollUp = new UsageRollUp(test.database());
    private LocalDate today = LocalDate.EPOCH;

    @BeforeEach
    void forget() {
        jobs.forgetUnfinished();
        test.database().client().sql("truncate usage_entry, usage_day, attempt").update();
        test.database()
                .client()
                .sql("insert into worker (id, name) values (:id, 'a worker')")
                .param("id", worker)
                .update();
        today = LocalDate.now(ZoneOffset.UTC);
    }

    private ClaimedJob running(UUID project, String model, UUID key) {
        var plain = Submission.chat().in(project).withModel(model).published().job(project);
        var job = new NewJob(
                plain.id(),
                project,
                plain.kind(),
                model,
                plain.request(),
                plain.metadata(),
                plain.webhookUrl(),
                0,
                Optional.empty(),
                plain.direct(),
                Optional.of(key),
                Optional.empty(),
                Set.of());
        new JobAccept(test.database()).write(List.of(job));
        return jobs.claims().claim(worker, List.of(job.id())).getFirst();
    }

    private static AttemptReport attempt(int number, AttemptStatus status, String cost) {
        return new AttemptReport(
                        number,
                        status,
                        "p",
                        "pm",
                        "k",
                        Instant.now(),
                        status.word(),
                        null,
                        null,
                        200,
                        null,
                        10L,
                        5L,
                        2L)
                .costing(null, cost.isEmpty() ? null : new BigDecimal(cost));
    }

    private static Ending succeeded(ClaimedJob job, String cost) {
        return Ending.succeeded(
                job.id(), job.lease().epoch(), null, null, Optional.of(attempt(1, AttemptStatus.SUCCEEDED, cost)));
    }

    private List<String> by(UUID project, UsageSums.By by) {
        return sums.sums(project, today.minusDays(1), today.plusDays(1), by, 100).stream()
                .map(sum -> sum.part().orElse("-") + " " + sum.attempts() + " " + sum.unknown() + " " + sum.tokensIn()
                        + " " + sum.tokensOut() + " " + sum.tokensCached() + " "
                        + sum.cost().stripTrailingZeros().toPlainString())
                .toList();
    }

    @Test
    void sums_are_told_apart_by_project_model_key_and_day() {
        var project = jobs.project();
        var first = new UUID(1, 1);
        var second = new UUID(2, 2);
        jobs.end(
                succeeded(running(project, "a", first), "0.5"),
                succeeded(running(project, "a", second), "0.25"),
                succeeded(running(project, "b", first), "1"),
                succeeded(running(jobs.project(), "a", first), "100"));

        assertThat(by(project, UsageSums.By.MODEL)).containsExactly("b 1 0 10 5 2 1", "a 2 0 20 10 4 0.75");
        assertThat(by(project, UsageSums.By.KEY))
                .containsExactly(first + " 2 0 20 10 4 1.5", second + " 1 0 10 5 2 0.25");
        assertThat(by(project, UsageSums.By.DAY)).containsExactly(today + " 3 0 30 15 6 1.75");
    }

    @Test
    void a_batch_that_settles_many_jobs_writes_one_entry_for_each_project_model_and_key() {
        var project = jobs.project();
        var key = UUID.randomUUID();
        var endings = new ArrayList<Ending>();
        for (int i = 0; i < 20; i++) {
            endings.add(succeeded(running(project, i < 10 ? "a" : "b", key), "0.1"));
        }

        jobs.end(endings.toArray(Ending[]::new));

        assertThat(jobs.count("usage_entry", "true")).isEqualTo(2);
        assertThat(by(project, UsageSums.By.DAY)).containsExactly(today + " 20 0 200 100 40 2");
    }

    @Test
    void a_sum_is_the_same_before_and_after_it_is_rolled_up() {
        var project = jobs.project();
        var key = UUID.randomUUID();
        jobs.end(succeeded(running(project, "a", key), "0.5"));
        var before = by(project, UsageSums.By.MODEL);

        assertThat(rollUp.rollUp()).isEqualTo(1);

        assertThat(by(project, UsageSums.By.MODEL)).isEqualTo(before);
        assertThat(jobs.count("usage_entry", "true")).isZero();
        jobs.end(succeeded(running(project, "a", key), "0.5"));
        assertThat(by(project, UsageSums.By.MODEL)).containsExactly("a 2 0 20 10 4 1");
        rollUp.rollUp();
        assertThat(by(project, UsageSums.By.MODEL)).containsExactly("a 2 0 20 10 4 1");
        assertThat(jobs.count("usage_day", "true")).isEqualTo(1);
    }

    @Test
    void an_attempt_whose_cost_nobody_knows_is_counted_as_such_and_adds_nothing() {
        var project = jobs.project();
        jobs.end(succeeded(running(project, "a", UUID.randomUUID()), ""));

        assertThat(by(project, UsageSums.By.MODEL)).containsExactly("a 1 1 10 5 2 0");
    }

    @Test
    void every_attempt_of_a_job_counts_once_however_often_it_is_written() {
        var project = jobs.project();
        var job = running(project, "a", UUID.randomUUID());
        jobs.note(job.lease(), TestJobs.started(1));
        jobs.note(job.lease(), attempt(1, AttemptStatus.FAILED, "0.125"));
        jobs.note(job.lease(), attempt(1, AttemptStatus.FAILED, "0.125"));
        var ending = Ending.succeeded(
                job.id(), job.lease().epoch(), null, null, Optional.of(attempt(2, AttemptStatus.SUCCEEDED, "1")));
        jobs.end(ending);
        jobs.end(ending);

        assertThat(by(project, UsageSums.By.MODEL)).containsExactly("a 2 0 20 10 4 1.125");
    }

    @Test
    void what_a_worker_writes_that_has_lost_its_lease_counts_nothing() {
        var project = jobs.project();
        var job = running(project, "a", UUID.randomUUID());

        jobs.end(Ending.succeeded(
                job.id(), job.lease().epoch() + 1, null, null, Optional.of(attempt(1, AttemptStatus.SUCCEEDED, "1"))));

        assertThat(by(project, UsageSums.By.MODEL)).isEmpty();
    }

    @Test
    void days_outside_the_range_are_left_out() {
        var project = jobs.project();
        jobs.end(succeeded(running(project, "a", UUID.randomUUID()), "0.5"));

        assertThat(sums.sums(project, today.plusDays(1), today.plusDays(2), UsageSums.By.DAY, 100))
                .isEmpty();
        assertThat(sums.sums(project, today, today, UsageSums.By.DAY, 100)).hasSize(1);
    }
}
