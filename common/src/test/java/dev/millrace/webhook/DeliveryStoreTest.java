package dev.millrace.webhook;

import static dev.millrace.database.Staged.aside;
import static dev.millrace.database.Staged.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.ClaimedJob;
import dev.millrace.job.Ending;
import dev.millrace.job.JobEndings;
import dev.millrace.job.JobId;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import dev.millrace.webhook.DeliveryStore.Busy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DeliveryStoreTest {

    private static final String HOOK = "https://example.org/hook";
    private static final Duration SOON = Duration.ofSeconds(5);

    private static final TestDatabase test = TestDatabase.create();
    private static final TestJobs jobs = new TestJobs(test);

    private final DeliveryStore store = new DeliveryStore(test.database());
    private UUID worker;

    @AfterAll
    static void end() {
        test.close();
    }

    @BeforeEach
    void alone() {
        jobs.forgetUnfinished();
        worker = jobs.worker();
    }

    @Test
    void a_delivery_that_is_due_is_claimed_once_with_the_bytes_that_were_written_at_the_end() {
        var job = ended();

        var due = store.claimDue(worker, 10, Busy.NOBODY);

        assertThat(due).hasSize(1);
        assertThat(due.getFirst().url()).isEqualTo(HOOK);
        assertThat(due.getFirst().project()).isEqualTo(jobs.mine());
        assertThat(due.getFirst().attempts()).isZero();
        assertThat(new String(due.getFirst().body(), java.nio.charset.StandardCharsets.UTF_8))
                .contains("\"type\":\"job.succeeded\"")
                .contains(job.toString());
        assertThat(store.claimDue(jobs.worker(), 10, Busy.NOBODY)).isEmpty();
    }

    @Test
    void those_for_whom_a_worker_has_no_place_are_left_to_others_and_hold_up_nobody() {
        IntStream.range(0, 20).forEach(i -> ended());
        var other = jobs.project();
        endedOf(other, HOOK);
        endedOf(jobs.mine(), HOOK + "/2");
        var dead = new Busy(List.of(new DeliveryStore.Endpoint(jobs.mine(), HOOK)), List.of());

        assertThat(store.claimDue(worker, 5, dead))
                .extracting(DueDelivery::project, DueDelivery::url)
                .containsExactly(tuple(other, HOOK), tuple(jobs.mine(), HOOK + "/2"));
        assertThat(store.claimDue(jobs.worker(), 50, new Busy(List.of(), List.of(jobs.mine()))))
                .isEmpty();
        assertThat(store.claimDue(jobs.worker(), 50, Busy.NOBODY)).hasSize(20);
    }

    private static void endedOf(UUID project, String url) {
        jobs.succeed(jobs.running(jobs.worker(), Submission.chat().in(project).telling(url)));
    }

    @Test
    void two_senders_at_once_claim_different_deliveries() {
        IntStream.range(0, 10).forEach(i -> ended());
        var other = jobs.worker();
        var taken = new CountDownLatch(1);
        var mayCommit = new CountDownLatch(1);
        var first = aside(() -> test.database().inTransaction(connection -> {
            var mine = store.claimDue(worker, 7, Busy.NOBODY);
            taken.countDown();
            await(mayCommit);
            return mine;
        }));
        await(taken);
        var second = store.claimDue(other, 10, Busy.NOBODY);
        mayCommit.countDown();

        assertThat(first.join()).hasSize(7);
        assertThat(second).hasSize(3).doesNotContainAnyElementsOf(first.join());
    }

    @Test
    void a_worker_without_a_row_claims_nothing() {
        ended();
        assertThat(store.claimDue(UUID.randomUUID(), 10, Busy.NOBODY)).isEmpty();
    }

    @Test
    void a_success_ends_the_delivery_and_stays_on_record() {
        ended();
        var due = store.claimDue(worker, 1, Busy.NOBODY).getFirst();

        store.report(List.of(report(due, 1, DeliveryReport.SUCCEEDED, Optional.empty())));

        assertThat(jobs.count("delivery_due", "true")).isZero();
        assertThat(attempts(due)).containsExactly("1 succeeded 200");
        assertThat(jobs.count("delivery", "id = '%s'".formatted(due.id()))).isEqualTo(1);
    }

    @Test
    void a_failure_is_tried_again_later_under_the_same_id_with_the_same_bytes() {
        ended();
        var first = store.claimDue(worker, 1, Busy.NOBODY).getFirst();

        store.report(List.of(report(first, 1, "timeout", Optional.of(SOON))));

        assertThat(store.claimDue(worker, 1, Busy.NOBODY)).as("not due yet").isEmpty();
        makeDue();
        var second = store.claimDue(worker, 1, Busy.NOBODY).getFirst();
        assertThat(second.id()).isEqualTo(first.id());
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(second.attempts()).isEqualTo(1);
        store.report(List.of(report(second, 2, DeliveryReport.SUCCEEDED, Optional.empty())));
        assertThat(attempts(first)).containsExactly("1 timeout 200", "2 succeeded 200");
    }

    @Test
    void a_delivery_whose_schedule_has_ended_is_listed_as_exhausted_and_no_longer_tried() {
        ended();
        var due = store.claimDue(worker, 1, Busy.NOBODY).getFirst();

        store.report(List.of(report(due, 1, "refused", Optional.empty())));

        makeDue();
        assertThat(store.claimDue(worker, 1, Busy.NOBODY)).isEmpty();
        assertThat(jobs.count(
                        "delivery_due", "state = 'exhausted' and attempts = 1 and delivery_id = '" + due.id() + "'"))
                .isEqualTo(1);
    }

    @Test
    void an_attempt_that_is_reported_twice_is_on_record_once() {
        ended();
        var due = store.claimDue(worker, 1, Busy.NOBODY).getFirst();
        var report = report(due, 1, "timeout", Optional.of(SOON));
        store.report(List.of(report));
        store.report(List.of(report, report));
        assertThat(attempts(due)).hasSize(1);
        assertThat(jobs.count("delivery_due", "attempts = 1 and state = 'pending'"))
                .isEqualTo(1);
    }

    @Test
    void a_report_that_comes_late_does_not_disturb_the_attempt_that_is_under_way() {
        ended();
        var first = store.claimDue(worker, 1, Busy.NOBODY).getFirst();
        store.report(List.of(report(first, 1, "timeout", Optional.of(Duration.ZERO))));
        var other = jobs.worker();
        store.claimDue(other, 1, Busy.NOBODY);

        // The same attempt once more, as after a lost answer, and one of a worker that was frozen meanwhile.
        store.report(List.of(report(first, 1, "timeout", Optional.of(Duration.ZERO))));
        store.report(List.of(report(first, 1, "connect", Optional.empty())));

        assertThat(jobs.count("delivery_due", "claimed_by = '%s' and attempts = 1".formatted(other)))
                .isEqualTo(1);
        assertThat(store.claimDue(worker, 1, Busy.NOBODY)).isEmpty();
    }

    @Test
    void a_success_counts_whenever_it_is_reported() {
        ended();
        var due = store.claimDue(worker, 1, Busy.NOBODY).getFirst();
        store.report(List.of(report(due, 1, "timeout", Optional.of(SOON))));
        store.report(List.of(report(due, 1, DeliveryReport.SUCCEEDED, Optional.empty())));
        assertThat(jobs.count("delivery_due", "true")).isZero();
    }

    @Test
    void many_reports_are_one_statement_and_each_goes_its_own_way() {
        IntStream.range(0, 3).forEach(i -> ended());
        var due = store.claimDue(worker, 3, Busy.NOBODY);
        store.report(List.of(
                report(due.get(0), 1, DeliveryReport.SUCCEEDED, Optional.empty()),
                report(due.get(1), 1, "timeout", Optional.of(SOON)),
                report(due.get(2), 1, "refused", Optional.empty())));
        assertThat(jobs.count("delivery_due", "delivery_id = '" + due.get(0).id() + "'"))
                .isZero();
        assertThat(jobs.count(
                        "delivery_due",
                        "state = 'pending' and due_at > now() and delivery_id = '"
                                + due.get(1).id() + "'"))
                .isEqualTo(1);
        assertThat(jobs.count(
                        "delivery_due",
                        "state = 'exhausted' and delivery_id = '" + due.get(2).id() + "'"))
                .isEqualTo(1);
    }

    /// A worker that had lost its lease and came back may have tried one twice.
    @Test
    void of_two_attempts_that_are_reported_together_the_one_that_was_heard_decides_else_the_later() {
        IntStream.range(0, 2).forEach(i -> ended());
        var due = store.claimDue(worker, 2, Busy.NOBODY);
        var heard = due.get(0);
        var failed = due.get(1);

        store.report(List.of(
                report(heard, 1, DeliveryReport.SUCCEEDED, Optional.empty()),
                report(heard, 2, "timeout", Optional.of(SOON)),
                report(failed, 2, "timeout", Optional.of(SOON)),
                report(failed, 1, "timeout", Optional.of(SOON))));

        assertThat(jobs.count("delivery_due", "delivery_id = '" + heard.id() + "'"))
                .isZero();
        assertThat(jobs.count("delivery_due", "attempts = 2 and delivery_id = '" + failed.id() + "'"))
                .isEqualTo(1);
        assertThat(attempts(heard)).hasSize(2);
    }

    @Test
    void a_delivery_without_a_slot_goes_back_without_a_count_and_only_by_its_holder() {
        ended();
        var due = store.claimDue(worker, 1, Busy.NOBODY).getFirst();

        store.release(jobs.worker(), List.of(due.id()), Duration.ZERO);
        assertThat(jobs.count("delivery_due", "claimed_by = '%s'".formatted(worker)))
                .isEqualTo(1);

        store.release(worker, List.of(due.id()), SOON);
        assertThat(store.claimDue(worker, 1, Busy.NOBODY)).isEmpty();
        makeDue();
        assertThat(store.claimDue(worker, 1, Busy.NOBODY).getFirst().attempts()).isZero();
    }

    @Test
    void after_a_lost_answer_a_worker_finds_the_deliveries_that_were_written_as_its_own() {
        var mine = running();
        var others = running();
        end(mine, worker);
        end(others, jobs.worker());

        assertThat(store.heldBy(worker, List.of(mine.id(), others.id())))
                .singleElement()
                .satisfies(found -> assertThat(new String(found.body(), java.nio.charset.StandardCharsets.UTF_8))
                        .contains(mine.id().toString()));
    }

    @Test
    void what_a_receiver_answered_is_kept_whatever_it_is() {
        ended();
        var due = store.claimDue(worker, 1, Busy.NOBODY).getFirst();
        var response = new byte[] {0, (byte) 0xff, 'a'};
        store.report(List.of(new DeliveryReport(
                due.id(), 1, 0, Instant.now(), Duration.ofMillis(7), "refused", null, response, Optional.empty())));
        assertThat(jobs.count("delivery_attempt", "response = '\\x00ff61' and millis = 7"))
                .isEqualTo(1);
    }

    private static ClaimedJob running() {
        return jobs.running(jobs.worker(), Submission.chat().telling(HOOK));
    }

    /// A job whose webhook is to be told that it has ended.
    private static JobId ended() {
        var claimed = running();
        jobs.succeed(claimed);
        return claimed.id();
    }

    private static void end(ClaimedJob job, UUID sender) {
        JobEndings.end(test.database(), List.of(Ending.succeeded(job.id(), 1, null, null, Optional.empty())), sender);
    }

    private static DeliveryReport report(DueDelivery due, int number, String outcome, Optional<Duration> next) {
        return new DeliveryReport(
                due.id(), number, due.resends(), Instant.now(), Duration.ofMillis(3), outcome, 200, new byte[0], next);
    }

    private static List<String> attempts(DueDelivery due) {
        return test.database()
                .client()
                .sql("""
                        select concat_ws(' ', number, outcome, http_status) from delivery_attempt
                        where delivery_id = :id order by number
                        """)
                .param("id", due.id())
                .query(String.class)
                .list();
    }

    private static void makeDue() {
        test.database().client().sql("update delivery_due set due_at = now()").update();
    }
}
