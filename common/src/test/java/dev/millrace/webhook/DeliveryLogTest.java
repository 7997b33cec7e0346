package dev.millrace.webhook;

import static dev.millrace.database.Staged.aside;
import static dev.millrace.database.Staged.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.JobId;
import dev.millrace.job.Submission;
import dev.millrace.job.TestJobs;
import dev.millrace.webhook.Delivery.Status;
import dev.millrace.webhook.DeliveryLog.Resend;
import dev.millrace.webhook.DeliveryStore.Busy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What is known of a delivery, and that whatever became of it, it can be sent again.
@DisplayNameGeneration(ReplaceUnderscores.class)
class DeliveryLogTest {

    private static final String HOOK = "https://example.org/hook";
    private static final Optional<Duration> LATER = Optional.of(Duration.ofMinutes(5));

    private static final TestDatabase test = TestDatabase.create();
    private static final TestJobs jobs = new TestJobs(test);

    private final DeliveryStore store = new DeliveryStore(test.database());
    private final DeliveryLog log = new DeliveryLog(test.database());
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
    void a_delivery_that_nobody_has_tried_is_pending() {
        var job = ended(jobs.mine());

        assertThat(log.ofJob(jobs.mine(), job)).singleElement().satisfies(delivery -> {
            assertThat(delivery.status()).isEqualTo(Status.PENDING);
            assertThat(delivery.job()).isEqualTo(job);
            assertThat(delivery.url()).isEqualTo(HOOK);
            assertThat(delivery.type()).isEqualTo("job.succeeded");
            assertThat(delivery.event()).startsWith("evt_" + job.hex() + "_");
            assertThat(delivery.attempts()).isZero();
            assertThat(delivery.last()).isEmpty();
            assertThat(delivery.next()).as("at once").isPresent();
        });
    }

    @Test
    void one_that_is_being_sent_has_no_next_attempt() {
        var job = ended(jobs.mine());
        claim();
        assertThat(log.ofJob(jobs.mine(), job)).singleElement().satisfies(delivery -> {
            assertThat(delivery.status()).isEqualTo(Status.PENDING);
            assertThat(delivery.next()).isEmpty();
        });
    }

    @Test
    void one_that_has_failed_is_tried_again_and_says_when() {
        var id = failed(jobs.mine(), LATER);

        var delivery = log.find(jobs.mine(), id).orElseThrow();
        assertThat(delivery.status()).isEqualTo(Status.RETRYING);
        assertThat(delivery.next().orElseThrow()).isAfter(Instant.now().plusSeconds(240));
        assertThat(delivery.attempts()).isEqualTo(1);
        assertThat(delivery.last()).hasValueSatisfying(last -> {
            assertThat(last.outcome()).isEqualTo("server_error");
            assertThat(last.httpStatus()).contains(503);
            assertThat(last.took()).isEqualTo(Duration.ofMillis(3));
            assertThat(last.response()).as("not here").isEmpty();
        });
        assertThat(log.attempts(delivery, 10))
                .singleElement()
                .satisfies(attempt -> assertThat(new String(attempt.response().orElseThrow(), StandardCharsets.UTF_8))
                        .isEqualTo("busy"));
    }

    @Test
    void one_whose_schedule_has_ended_is_exhausted_and_one_that_was_heard_is_delivered() {
        var exhausted = failed(jobs.mine(), Optional.empty());
        assertThat(status(exhausted)).isEqualTo(Status.EXHAUSTED);
        assertThat(log.find(exhausted).orElseThrow().next()).isEmpty();

        ended(jobs.mine());
        var heard = claim();
        succeed(heard);
        assertThat(status(new DeliveryId(heard.id()))).isEqualTo(Status.DELIVERED);
    }

    @Test
    void what_failed_and_has_not_arrived_is_listed_oldest_first_in_pages_and_by_status() {
        failed(jobs.mine(), Optional.of(Duration.ZERO));
        succeed(claim());
        var exhausted = failed(jobs.mine(), Optional.empty());
        var retrying = failed(jobs.mine(), LATER);
        var asked = failed(jobs.mine(), Optional.empty());
        var others = failed(jobs.project(), Optional.empty());
        resend(asked);
        ended(jobs.mine());

        assertThat(listed(Optional.of(jobs.mine()), Optional.empty())).containsExactly(exhausted, retrying, asked);
        assertThat(listed(Optional.empty(), Optional.empty())).containsExactly(exhausted, retrying, asked, others);
        assertThat(listed(Optional.of(jobs.mine()), Optional.of(Status.EXHAUSTED)))
                .containsExactly(exhausted);
        assertThat(listed(Optional.of(jobs.mine()), Optional.of(Status.RETRYING)))
                .containsExactly(retrying, asked);

        var paged = new ArrayList<DeliveryId>();
        Optional<DeliveryId> after = Optional.empty();
        for (var page = log.undelivered(Optional.of(jobs.mine()), Optional.empty(), after, 1);
                !page.isEmpty();
                page = log.undelivered(Optional.of(jobs.mine()), Optional.empty(), after, 1)) {
            page.forEach(delivery -> paged.add(delivery.id()));
            after = Optional.of(page.getLast().id());
        }
        assertThat(paged).containsExactly(exhausted, retrying, asked);
    }

    @Test
    void an_exhausted_delivery_that_is_sent_again_is_due_at_once_with_its_id_its_bytes_and_its_whole_schedule() {
        ended(jobs.mine());
        var first = claim();
        store.report(List.of(report(first, 1, LATER)));
        store.report(List.of(report(first, 2, Optional.empty())));

        resend(new DeliveryId(first.id()));

        assertThat(status(new DeliveryId(first.id()))).isEqualTo(Status.RETRYING);
        var again = claim();
        assertThat(again.id()).isEqualTo(first.id());
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(again.attempts()).isEqualTo(2);
        assertThat(again.scheduleStart())
                .as("the next is the first of its schedule")
                .isEqualTo(2);
        store.report(List.of(report(again, 3, LATER)));
        assertThat(status(new DeliveryId(first.id()))).isEqualTo(Status.RETRYING);
        assertThat(attempts(first)).extracting(Delivery.Attempt::number).containsExactly(1, 2, 3);
    }

    @Test
    void one_that_was_delivered_can_be_sent_again_since_its_receiver_may_have_lost_it() {
        ended(jobs.mine());
        var first = claim();
        succeed(first);

        resend(new DeliveryId(first.id()));

        var again = claim();
        assertThat(again.id()).isEqualTo(first.id());
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(again.attempts()).isEqualTo(1);
        assertThat(again.scheduleStart()).isEqualTo(1);
        succeed(again);
        assertThat(status(new DeliveryId(first.id()))).isEqualTo(Status.DELIVERED);
        assertThat(attempts(first)).hasSize(2);
    }

    @Test
    void one_that_waits_for_its_next_attempt_need_not_wait() {
        var id = failed(jobs.mine(), LATER);
        resend(id);
        assertThat(claim().id()).isEqualTo(id.value());
    }

    @Test
    void one_that_is_being_sent_is_left_to_who_sends_it_and_sent_once_more_at_once() {
        ended(jobs.mine());
        var held = claim();
        var id = new DeliveryId(held.id());

        resend(id);

        assertThat(store.claimDue(jobs.worker(), 10, Busy.NOBODY)).isEmpty();
        store.report(List.of(report(held, 1, LATER)));
        var again = claim();
        assertThat(again.attempts()).as("and not in five minutes").isEqualTo(1);
        assertThat(again.scheduleStart())
                .as("the next is the first of its schedule")
                .isEqualTo(1);
    }

    @Test
    void so_is_one_whose_last_attempt_is_under_way() {
        ended(jobs.mine());
        var last = claim();
        resend(new DeliveryId(last.id()));

        store.report(List.of(report(last, 1, Optional.empty())));

        assertThat(status(new DeliveryId(last.id()))).isEqualTo(Status.RETRYING);
        assertThat(claim().scheduleStart()).isEqualTo(1);
    }

    @Test
    void so_is_one_whose_attempt_under_way_is_heard_since_that_had_begun_before() {
        ended(jobs.mine());
        var first = claim();
        resend(new DeliveryId(first.id()));

        succeed(first);

        var again = claim();
        assertThat(again.attempts()).isEqualTo(1);
        succeed(again);
        assertThat(status(new DeliveryId(first.id()))).isEqualTo(Status.DELIVERED);
    }

    @Test
    void what_is_reported_twice_takes_nothing_away_that_was_asked_for_in_between() {
        ended(jobs.mine());
        var first = claim();
        succeed(first);
        resend(new DeliveryId(first.id()));

        succeed(first);

        assertThat(status(new DeliveryId(first.id()))).isEqualTo(Status.RETRYING);
        assertThat(claim().id()).isEqualTo(first.id());
    }

    @Test
    void a_sender_that_was_frozen_does_not_end_what_was_asked_for_since() {
        ended(jobs.mine());
        var frozen = claim();
        var id = new DeliveryId(frozen.id());
        store.release(worker, List.of(frozen.id()), Duration.ZERO);
        resend(id);

        store.report(List.of(report(frozen, 1, Optional.empty())));

        assertThat(status(id)).isEqualTo(Status.RETRYING);
        assertThat(claim().id()).isEqualTo(frozen.id());
    }

    /// The wish comes while the attempt's report is written and not yet committed.
    @Test
    void an_attempt_that_is_being_reported_is_counted_before_the_next() {
        ended(jobs.mine());
        var first = claim();
        var reported = new CountDownLatch(1);
        var mayCommit = new CountDownLatch(1);
        var report = aside(() -> test.database().inTransaction(connection -> {
            succeed(first);
            reported.countDown();
            await(mayCommit);
            return true;
        }));
        await(reported);
        var resend = aside(() -> resend(new DeliveryId(first.id())));
        jobs.awaitBlocked();
        mayCommit.countDown();
        assertThat(report.join()).isTrue();
        assertThat(resend.join()).isEqualTo(Resend.DUE);

        assertThat(claim().attempts()).isEqualTo(1);
    }

    @Test
    void one_that_was_tried_as_often_as_any_may_be_is_tried_no_more() {
        var id = failed(jobs.mine(), Optional.empty());
        test.database()
                .client()
                .sql("update delivery_attempt set number = :most where delivery_id = :id")
                .param("most", DeliveryLog.NO_RESEND_AFTER)
                .param("id", id.value())
                .update();

        assertThat(resend(id)).isEqualTo(Resend.TRIED_TOO_OFTEN);
        assertThat(status(id)).isEqualTo(Status.EXHAUSTED);
    }

    @Test
    void one_whose_week_is_gone_is_gone() {
        var id = failed(jobs.mine(), Optional.empty());
        var delivery = log.find(id).orElseThrow();
        test.database()
                .client()
                .sql(
                        "with due as (delete from delivery_due where delivery_id = :id) delete from delivery where id = :id")
                .param("id", id.value())
                .update();

        assertThat(log.resend(delivery)).isEqualTo(Resend.GONE);
        assertThat(jobs.count("delivery_due", "delivery_id = '%s'".formatted(id.value())))
                .isZero();
    }

    @Test
    void of_many_attempts_the_last_are_shown() {
        var id = failed(jobs.mine(), Optional.of(Duration.ZERO));
        for (int number = 2; number <= 5; number++) {
            store.report(List.of(report(claim(), number, Optional.of(Duration.ZERO))));
        }
        assertThat(log.attempts(log.find(id).orElseThrow(), 3))
                .extracting(Delivery.Attempt::number)
                .containsExactly(3, 4, 5);
    }

    @Test
    void asking_twice_sends_once() {
        var id = failed(jobs.mine(), Optional.empty());
        resend(id);
        resend(id);
        assertThat(store.claimDue(worker, 10, Busy.NOBODY)).hasSize(1);
    }

    @Test
    void another_projects_delivery_is_none() {
        var id = failed(jobs.mine(), Optional.empty());
        var job = log.find(id).orElseThrow().job();
        var stranger = jobs.project();
        assertThat(log.find(stranger, id)).isEmpty();
        assertThat(log.ofJob(stranger, job)).isEmpty();
        assertThat(listed(Optional.of(stranger), Optional.empty())).isEmpty();
    }

    /// A drop looks at what is undelivered first and removes the deliveries last; what is asked for in between would be
    /// a place in the queue without a delivery.
    @Test
    void nothing_is_sent_again_while_a_week_is_being_dropped_and_nobody_waits_for_that() {
        var id = failed(jobs.mine(), Optional.empty());
        test.database().inTransaction(connection -> {
            try (var statement = connection.createStatement()) {
                statement.execute("select drop_week(date '2001-01-01')");
            }
            assertThat(aside(() -> resend(id)).join()).isEqualTo(Resend.NOT_NOW);
            return true;
        });
        assertThat(status(id)).isEqualTo(Status.EXHAUSTED);
        assertThat(resend(id)).isEqualTo(Resend.DUE);
    }

    private Resend resend(DeliveryId id) {
        return log.resend(log.find(id).orElseThrow());
    }

    private List<Delivery.Attempt> attempts(DueDelivery due) {
        return log.attempts(log.find(new DeliveryId(due.id())).orElseThrow(), 100);
    }

    private Status status(DeliveryId id) {
        return log.find(id).orElseThrow().status();
    }

    private List<DeliveryId> listed(Optional<UUID> project, Optional<Status> status) {
        return log.undelivered(project, status, Optional.empty(), 100).stream()
                .map(Delivery::id)
                .toList();
    }

    private static JobId ended(UUID project) {
        var claimed = jobs.running(jobs.worker(), Submission.chat().in(project).telling(HOOK));
        jobs.succeed(claimed);
        return claimed.id();
    }

    private DueDelivery claim() {
        return store.claimDue(worker, 1, Busy.NOBODY).getFirst();
    }

    /// A delivery that has failed once.
    private DeliveryId failed(UUID project, Optional<Duration> next) {
        ended(project);
        var due = claim();
        store.report(List.of(report(due, 1, next)));
        return new DeliveryId(due.id());
    }

    private void succeed(DueDelivery due) {
        store.report(List.of(new DeliveryReport(
                due.id(),
                due.attempts() + 1,
                due.resends(),
                Instant.now(),
                Duration.ofMillis(3),
                DeliveryReport.SUCCEEDED,
                200,
                null,
                Optional.empty())));
    }

    private static DeliveryReport report(DueDelivery due, int number, Optional<Duration> next) {
        return new DeliveryReport(
                due.id(),
                number,
                due.resends(),
                Instant.now(),
                Duration.ofMillis(3),
                "server_error",
                503,
                "busy".getBytes(StandardCharsets.UTF_8),
                next);
    }
}
