package dev.millrace.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.Staged;
import dev.millrace.job.TestJobs;
import dev.millrace.provider.Adapters;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.ProviderType;
import dev.millrace.provider.Target;
import dev.millrace.provider.Terms;
import dev.millrace.provider.VideoAdapter;
import dev.millrace.render.RenderStore;
import dev.millrace.routing.ModelKind;
import dev.millrace.settings.MillraceSettings;
import dev.millrace.worker.fixture.SharedWorker;
import dev.millrace.worker.fixture.Work;
import dev.millrace.worker.lease.TestLease;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// A job whose worker may start nothing for a while, as in an outage of the database: it stays the worker's.
@DisplayNameGeneration(ReplaceUnderscores.class)
class WaitingForTheLeaseTest {

    private final TestLease lease = registered();
    private final Played played = new Played(lease.keeper());
    private final AtomicInteger sent = new AtomicInteger();
    private Runnable beforeTheLastCheck = () -> {};
    private List<String> leftOut = List.of();

    private static TestLease registered() {
        var lease = new TestLease(SharedWorker.database());
        lease.beat();
        return lease;
    }

    private static FutureTask<Boolean> run(Runnable work) {
        var task = new FutureTask<>(work, true);
        var thread = Thread.ofVirtual().start(task);
        Awaitility.await("it waits for the lease")
                .atMost(Work.SOON)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> thread.getState() == Thread.State.WAITING);
        return task;
    }

    private void runVideo() {
        var worker = SharedWorker.get();
        var adapters = new Adapters(Map.of(), Map.of(ProviderType.OPENAI, new Told()), Map.of(), Map.of(), Map.of());
        var run = new VideoRun(
                adapters,
                lease.keeper(),
                worker.bean(RenderStore.class),
                worker.bean(Settler.class),
                worker.bean(MillraceSettings.class).render());
        played.run(ModelKind.VIDEO, run::run, "a");
    }

    private final class Told implements VideoAdapter {
        @Override
        public Terms terms(String model) {
            throw new AssertionError("Nobody asks");
        }

        @Override
        public int usualSeconds(String model, String size) {
            throw new AssertionError("Nobody asks");
        }

        @Override
        public ProviderOutcome create(
                Target target, byte[] request, Set<String> mayDrop, Predicate<List<String>> mayStillStart) {
            beforeTheLastCheck.run();
            if (!mayStillStart.test(leftOut)) {
                return new ProviderOutcome.Withheld();
            }
            sent.incrementAndGet();
            return new ProviderOutcome.Accepted(
                    "op_" + UUID.randomUUID(), Duration.ofHours(1), Optional.of(200), Optional.empty(), List.of());
        }

        @Override
        public Lookup lookUp(Target target, byte[] request, Instant notBefore) {
            throw new AssertionError("Nobody asks");
        }

        @Override
        public Poll poll(Target target, String operationId) {
            throw new AssertionError("Nobody asks");
        }

        @Override
        public Fetch fetch(Target target, String operationId, Sink sink) {
            throw new AssertionError("Nobody asks");
        }
    }

    @Test
    void a_chat_call_waits_for_the_lease_and_is_then_made() throws Exception {
        played.answering("a", Played::answered);
        lease.lapse();
        var run = run(() -> played.run("a"));
        assertThat(played.asked).isEmpty();

        lease.beat();

        assertThat(run.get()).isTrue();
        assertThat(played.work.awaitEnd(played.job)).isEqualTo("succeeded");
        assertThat(played.work.attempts(played.job)).containsExactly("1 succeeded succeeded");
    }

    @Test
    void a_chat_call_whose_lease_is_lost_is_not_made() throws Exception {
        lease.lapse();
        var run = run(() -> played.run("a"));

        lease.lose();
        lease.beat();

        assertThat(run.get()).isTrue();
        assertThat(played.asked).isEmpty();
    }

    @Test
    void a_create_waits_before_its_intent() throws Exception {
        lease.lapse();
        var run = run(this::runVideo);
        assertThat(played.work.attempts(played.job)).isEmpty();

        lease.beat();

        assertThat(run.get()).isTrue();
        assertThat(played.work.attempts(played.job)).containsExactly("1 accepted accepted");
        assertThat(sent).hasValue(1);
    }

    @Test
    void a_create_whose_intent_outlasted_the_lease_waits_again() throws Exception {
        var locked = new CountDownLatch(1);
        var letGo = new CountDownLatch(1);
        var holder = Staged.aside(() -> SharedWorker.database().database().inTransaction(connection -> {
            try (var statement =
                    connection.prepareStatement("select job_id from job_run where job_id = ? for update")) {
                statement.setObject(1, played.job.id().value());
                statement.executeQuery().close();
            }
            locked.countDown();
            Staged.await(letGo);
            return true;
        }));
        Staged.await(locked);
        var task = new FutureTask<>(this::runVideo, true);
        var thread = Thread.ofVirtual().start(task);
        new TestJobs(SharedWorker.database()).awaitBlocked();
        lease.lapse();
        letGo.countDown();
        assertThat(holder.join()).isTrue();
        Awaitility.await("it waits for the lease")
                .atMost(Work.SOON)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> thread.getState() == Thread.State.WAITING);
        assertThat(played.work.attempts(played.job)).containsExactly("1 started");
        assertThat(sent).hasValue(0);

        lease.beat();

        assertThat(task.get()).isTrue();
        assertThat(played.work.attempts(played.job)).containsExactly("1 accepted accepted");
        assertThat(sent).hasValue(1);
    }

    @Test
    void a_create_that_the_last_check_withholds_puts_its_job_back() {
        beforeTheLastCheck = lease::lapse;

        runVideo();

        assertThat(sent).hasValue(0);
        assertThat(played.putBack("retry")).isZero();
        assertThat(played.work.attempts(played.job)).startsWith("1 failed withheld");
    }

    @Test
    void a_create_whose_job_is_another_s_when_it_is_to_go_on_record_what_is_left_out_is_not_sent() {
        beforeTheLastCheck = () -> played.work.alter("update job_run set epoch = 2 where job_id = :id", played.job);
        leftOut = List.of("watermark");

        runVideo();

        assertThat(sent).hasValue(0);
        assertThat(played.dropped()).containsExactly("nothing");
    }
}
