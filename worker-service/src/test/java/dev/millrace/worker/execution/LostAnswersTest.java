package dev.millrace.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.Database;
import dev.millrace.database.FaultySource;
import dev.millrace.database.FaultySource.Fate;
import dev.millrace.event.JobSignals;
import dev.millrace.http.RawServer;
import dev.millrace.job.AttemptNotes;
import dev.millrace.job.AttemptReport;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.Ending;
import dev.millrace.job.Lease;
import dev.millrace.job.Requeue;
import dev.millrace.job.TestJobs;
import dev.millrace.ledger.Prices;
import dev.millrace.ledger.Spend;
import dev.millrace.webhook.DeliveryStore;
import dev.millrace.worker.delivery.DeliverySender;
import dev.millrace.worker.fixture.RunningWorker;
import dev.millrace.worker.fixture.SharedWorker;
import dev.millrace.worker.fixture.Work;
import dev.millrace.worker.fixture.Work.Submitted;
import dev.millrace.worker.lease.LeaseKeeper;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Outcomes that were committed, and nobody heard of it; and such as did not arrive at first.
@DisplayNameGeneration(ReplaceUnderscores.class)
class LostAnswersTest {

    private static final String ENDS = "select count(*) from job_end where job_id = :id";

    private final RunningWorker shared = SharedWorker.get();
    private final FaultySource network =
            new FaultySource(SharedWorker.database().source());
    private final Settler settler = new Settler(
            new Database(network),
            shared.bean(LeaseKeeper.class),
            shared.bean(DeliveryStore.class),
            shared.bean(DeliverySender.class),
            shared.bean(JobSignals.class),
            shared.bean(Prices.class),
            shared.bean(Spend.class));
    private final Work work = SharedWorker.newWork();
    // One that holds jobs and does nothing else.
    private final UUID worker = new TestJobs(SharedWorker.database()).worker();
    private final Submitted job = work.claimedBy(worker.toString(), "sim-chat");

    @AfterEach
    void close() {
        settler.destroy();
    }

    private static Optional<AttemptReport> attempt(AttemptStatus status) {
        return Optional.of(TestJobs.ended(1, status, status.word()));
    }

    private void end() {
        settler.end(Ending.succeeded(
                job.id(),
                1,
                null,
                "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                attempt(AttemptStatus.SUCCEEDED)));
        awaitSettled();
    }

    private void awaitSettled() {
        Awaitility.await("the outcome is out of its hands")
                .atMost(Work.SOON)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> !settler.holds(job.id()));
    }

    @Test
    void an_end_whose_answer_was_lost_is_written_once() {
        network.then(Fate.ANSWER_LOST);

        end();

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
        assertThat(work.number(ENDS, job)).isEqualTo(1);
        assertThat(work.attempts(job)).containsExactly("1 succeeded succeeded");
        assertThat(work.texts("select type from job_event where job_id = :id", job))
                .containsExactly("job.succeeded");
    }

    @Test
    void what_it_was_to_tell_is_told_by_whoever_wrote_it() {
        try (var receiver = RawServer.answering(RawServer.answer("200 OK", "text/plain", "thanks"))) {
            work.alter("update job set webhook_url = '" + receiver.uri("/hook") + "' where id = :id", job);
            network.then(Fate.ANSWER_LOST);

            end();

            work.await("""
                    select a.outcome from delivery_attempt a join delivery d on d.id = a.delivery_id
                    where d.job_id = :id and a.outcome = 'succeeded'
                    """, job);
            assertThat(receiver.requests()).hasSize(1);
            assertThat(work.number("select count(*) from delivery where job_id = :id", job))
                    .isEqualTo(1);
        }
    }

    @Test
    void an_end_that_does_not_arrive_is_sent_until_it_does() {
        network.then(Fate.NOT_SENT).then(Fate.NOT_SENT).then(Fate.NOT_SENT);

        end();

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
        assertThat(work.attempts(job)).containsExactly("1 succeeded succeeded");
    }

    @Test
    void one_that_another_has_written_meanwhile_changes_nothing() {
        network.then(
                Fate.NOT_SENT,
                () -> shared.bean(Settler.class)
                        .end(Ending.failed(job.id(), 1, "no", "No.", attempt(AttemptStatus.FAILED))));
        network.then(Fate.NOT_SENT, () -> work.awaitPlace(job, "failed"));

        end();

        assertThat(work.number(ENDS, job)).isEqualTo(1);
        assertThat(work.errorCode(job)).isEqualTo("no");
        assertThat(work.attempts(job)).containsExactly("1 failed failed");
    }

    @Test
    void a_job_whose_answer_was_lost_when_it_was_put_back_stays_in_the_queue() {
        network.then(Fate.ANSWER_LOST);

        settler.requeue(new Requeue(job.id(), 1, Duration.ofHours(1), "retry", attempt(AttemptStatus.FAILED)));
        awaitSettled();

        work.awaitPlace(job, "backlog");
        assertThat(work.attempts(job)).containsExactly("1 failed failed");
        assertThat(work.texts("select type from job_event where job_id = :id", job))
                .containsExactly("job.queued");
    }

    @Test
    void an_intent_whose_answer_was_lost_is_on_record_once_and_the_job_may_go_on() {
        network.then(Fate.ANSWER_LOST);

        assertThat(settler.note(new AttemptNotes.Note(
                        new Lease(job.id(), worker, 1),
                        attempt(AttemptStatus.STARTED).orElseThrow())))
                .isTrue();

        assertThat(work.attempts(job)).containsExactly("1 started started");
    }

    @Test
    void an_intent_whose_job_was_taken_back_before_it_arrived_stops_it() {
        network.then(Fate.NOT_SENT, () -> work.alter("update job_run set epoch = 2 where job_id = :id", job));

        assertThat(settler.note(new AttemptNotes.Note(
                        new Lease(job.id(), worker, 1),
                        attempt(AttemptStatus.STARTED).orElseThrow())))
                .isFalse();

        assertThat(work.attempts(job)).isEmpty();
    }
}
