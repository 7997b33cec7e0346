package dev.millrace.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.Acceptance;
import dev.millrace.job.AttemptStatus;
import dev.millrace.job.Ending;
import dev.millrace.job.JobCancels;
import dev.millrace.job.JobEndings;
import dev.millrace.job.JobRequeues;
import dev.millrace.job.Requeue;
import dev.millrace.render.Holds;
import dev.millrace.render.TestRenders;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A connection that dies before its commit has moved no money, and what is then done again moves it once.
@DisplayNameGeneration(ReplaceUnderscores.class)
class CrashesTest {

    @RegisterExtension
    private static final TestDatabase test = TestDatabase.create();

    private final Books books = new Books(test);

    @BeforeEach
    void have_a_budget() {
        books.budget("10");
    }

    /// Runs a step within a transaction whose connection dies before it commits.
    private void diesAfter(Runnable step) {
        var before = books.standing();
        assertThatThrownBy(() -> test.database().inTransaction(connection -> {
                    step.run();
                    assertThat(books.standing()).as("the step moves something").isNotEqualTo(before);
                    books.kill(connection);
                    return true;
                }))
                .isNotInstanceOf(AssertionError.class);
        assertThat(books.standing()).isEqualTo(before);
        books.assertBalanced();
    }

    @Test
    void an_acceptance() {
        var job = books.chat("2");

        diesAfter(() -> assertThat(books.submit(job)).isInstanceOf(Acceptance.Accepted.class));

        assertThat(books.left()).isEqualTo("10");
        assertThat(books.submit(job)).isInstanceOf(Acceptance.Accepted.class);
        assertThat(books.reserved()).isEqualTo("2");
    }

    @Test
    void a_settlement() {
        var job = books.running("2");
        var ending = Books.succeeded(job, "0.75");

        diesAfter(() -> assertThat(JobEndings.end(test.database(), List.of(ending), null))
                .hasSize(1));

        assertThat(books.jobs.place(job.id())).isEqualTo("run");
        books.jobs.end(ending);
        books.jobs.end(ending);
        books.assertSettled("0.75");
    }

    @Test
    void an_attempt_that_failed_with_a_cost_while_its_job_goes_on() {
        var job = books.running("2");
        var failed = Books.attempt(1, AttemptStatus.FAILED, "0.5");

        diesAfter(() -> books.jobs.note(job.lease(), failed));

        books.jobs.note(job.lease(), failed);
        books.jobs.note(job.lease(), failed);
        books.jobs.end(Books.succeeded(job, 2, "1"));
        books.assertSettled("1.5");
    }

    @Test
    void a_job_that_failed_with_a_cost_and_is_put_back() {
        var job = books.running("2");
        var requeue = List.of(new Requeue(
                job.id(),
                job.lease().epoch(),
                Duration.ZERO,
                "retry",
                Optional.of(Books.attempt(1, AttemptStatus.FAILED, "0.5"))));

        diesAfter(() -> JobRequeues.requeue(test.database(), requeue));

        JobRequeues.requeue(test.database(), requeue);
        JobRequeues.requeue(test.database(), requeue);
        books.jobs.end(Books.succeeded(books.jobs.claimAgain(books.worker, job.id()), 2, "1"));
        books.assertSettled("1.5");
    }

    @Test
    void a_render_that_is_finished() {
        var job = books.rendering("2");
        var render = books.renders.follow(books.worker, job.id());
        Runnable complete = () -> books.store.complete(
                render,
                Books.rendered(1, "1.6"),
                TestRenders.FILE,
                Ending.succeeded(job.id(), render.epoch(), null, null, Optional.empty()),
                books.worker);

        diesAfter(complete);

        assertThat(books.renders.followed(job.id())).startsWith("1 poll");
        complete.run();
        complete.run();
        books.assertSettled("1.6");
    }

    @Test
    void a_cancelled_render_that_is_followed_to_its_end() {
        var job = books.rendering("2");
        books.cancel(job.id());
        var render = books.renders.follow(books.worker, job.id());
        Runnable complete = () -> books.store.complete(
                render,
                Books.rendered(1, "1.6"),
                TestRenders.FILE,
                Ending.succeeded(job.id(), render.epoch(), null, null, Optional.empty()),
                books.worker);

        diesAfter(complete);

        assertThat(books.reserved()).isEqualTo("2");
        complete.run();
        books.assertSettled("1.6");
    }

    @Test
    void a_cancel() {
        var job = books.chat("2");
        books.submit(job);

        diesAfter(() -> new JobCancels(test.database()).cancel(books.project, job.id()));

        books.cancel(job.id());
        books.assertSettled("0");
    }

    @Test
    void a_hold_that_is_given_up() {
        var job = books.lookedUp("2");
        books.store.hold(books.renders.follow(books.worker, job.id()), "provider_cannot_tell", books.worker);
        var holds = new Holds(test.database());
        var held = holds.find(job.id()).orElseThrow();

        diesAfter(() -> holds.giveUp(held));

        assertThat(holds.giveUp(held)).isInstanceOf(Holds.Resolution.Resolved.class);
        assertThat(holds.giveUp(held)).isInstanceOf(Holds.Resolution.NotHeld.class);
        books.assertSettled("0");
    }

    @Test
    void the_attempts_of_calls_with_what_they_leave_of_their_block() {
        var instance = UUID.randomUUID();
        new Blocks(test.database(), instance).draw(books.project, UUID.randomUUID(), TestAccounts.dollars(5));
        var attempt = new TestAccounts(test, books.project).succeeded("c1", 2);
        var written = List.of(new CallAttempts.Priced(attempt, Optional.of(TestAccounts.dollars(2))));

        diesAfter(() -> CallAttempts.write(test.database(), instance, written));

        CallAttempts.write(test.database(), instance, written);
        CallAttempts.write(test.database(), instance, written);
        assertThat(books.spent()).isEqualTo("2");
        assertThat(books.standing().drawn()).isEqualByComparingTo("3");
        books.assertBalanced();
    }
}
