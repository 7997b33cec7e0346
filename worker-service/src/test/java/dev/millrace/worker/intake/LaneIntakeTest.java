package dev.millrace.worker.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.database.Database;
import dev.millrace.database.Failures;
import dev.millrace.database.FaultySource;
import dev.millrace.database.FaultySource.Fate;
import dev.millrace.database.Staged;
import dev.millrace.database.TestDatabase;
import dev.millrace.dispatch.Lane;
import dev.millrace.dispatch.Token;
import dev.millrace.job.JobClaims;
import dev.millrace.job.JobKind;
import dev.millrace.job.RequestRoom;
import dev.millrace.job.TestJobs;
import dev.millrace.worker.execution.Executor;
import dev.millrace.worker.fixture.Provider;
import dev.millrace.worker.fixture.RunningWorker;
import dev.millrace.worker.fixture.Work;
import dev.millrace.worker.fixture.Work.Submitted;
import dev.millrace.worker.lease.LeaseKeeper;
import dev.millrace.worker.lease.TestLease;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of a batch of tokens in a worker whose sweep finds nothing for an hour, and that has room for three,
/// and
/// memory for one large request.
@DisplayNameGeneration(ReplaceUnderscores.class)
class LaneIntakeTest {

    private static final int ROOM = 3;

    @TempDir
    static Path assets;

    private static final TestDatabase database = TestDatabase.create();
    private static final Provider provider = new Provider();
    private static RunningWorker worker;

    private final Work work = new Work(database);
    private final Executor executor = started().bean(Executor.class);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final LaneIntake intake =
            intake(started().bean(LeaseKeeper.class), started().bean(JobClaims.class));

    @BeforeAll
    static void start() {
        worker = RunningWorker.start(
                database,
                provider,
                assets,
                "millrace.dispatch.unclaimed-for=1h",
                "millrace.worker.request-bytes=1MB",
                "millrace.worker.chat-slots=" + ROOM);
    }

    private static RunningWorker started() {
        return worker;
    }

    @AfterAll
    static void stop() {
        worker.close();
        database.close();
    }

    private LaneIntake intake(LeaseKeeper lease, JobClaims claims) {
        return new LaneIntake(JobKind.CHAT, lease, claims, executor, meters);
    }

    private static ConsumerRecord<byte[], byte[]> token(Submitted job) {
        return new ConsumerRecord<>(Lane.topic(JobKind.CHAT), 0, 0, null, Token.write(job.id()));
    }

    private static List<ConsumerRecord<byte[], byte[]>> tokens(Submitted... jobs) {
        return Arrays.stream(jobs).map(LaneIntakeTest::token).toList();
    }

    /// The sweep takes slots for the moment of a look.
    private void take(int slots) {
        int[] taken = new int[1];
        Awaitility.await("so many slots")
                .atMost(Work.SOON)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> (taken[0] += executor.slots(JobKind.CHAT).take(slots - taken[0])) == slots);
    }

    private void give(int slots) {
        executor.slots(JobKind.CHAT).give(slots);
    }

    private void assertNoSlotIsKept() {
        Awaitility.await("all slots are free")
                .atMost(Work.SOON)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> executor.slots(JobKind.CHAT).free() == ROOM);
    }

    @Test
    void each_token_becomes_a_job_that_runs_and_one_that_comes_again_becomes_nothing() {
        var first = work.chat("sim-chat");
        var second = work.chat("sim-chat");

        intake.onMessage(tokens(first, second, first));
        assertThat(work.awaitEnd(first)).isEqualTo("succeeded");
        assertThat(work.awaitEnd(second)).isEqualTo("succeeded");
        intake.onMessage(tokens(second, first));

        assertThat(work.attempts(first)).containsExactly("1 succeeded succeeded");
        assertThat(provider.requests("chat", second.prompt())).hasSize(1);
        assertNoSlotIsKept();
    }

    @Test
    void what_is_no_token_is_counted_and_passed_by() {
        var job = work.chat("sim-chat");
        var poison = "no token".getBytes(StandardCharsets.UTF_8);

        intake.onMessage(List.of(new ConsumerRecord<>(Lane.topic(JobKind.CHAT), 0, 0, null, poison), token(job)));

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
        assertThat(meters.get("millrace.tokens.poison").counter().count()).isEqualTo(1);
    }

    @Test
    void without_a_lease_the_batch_is_to_come_again() {
        var job = work.chat("sim-chat");
        var lease = new TestLease(database);
        var without = intake(lease.keeper(), worker.bean(JobClaims.class));

        assertThatThrownBy(() -> without.onMessage(tokens(job))).isInstanceOf(LaneIntake.NotNowException.class);
        lease.beat();
        lease.lapse();
        assertThatThrownBy(() -> without.onMessage(tokens(job))).isInstanceOf(LaneIntake.NotNowException.class);

        work.awaitPlace(job, "dispatch");
        intake.onMessage(tokens(job));
        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
    }

    @Test
    void a_batch_that_could_not_be_claimed_is_to_come_again_and_keeps_no_slot() {
        var job = work.chat("sim-chat");
        var cut = new FaultySource(database.source()).then(Fate.NOT_SENT);
        var cutOff = intake(
                worker.bean(LeaseKeeper.class),
                new JobClaims(new Database(cut), TestJobs.LEASE, worker.bean(RequestRoom.class)));

        assertThatThrownBy(() -> cutOff.onMessage(tokens(job))).matches(Failures::unreachable);

        work.awaitPlace(job, "dispatch");
        assertNoSlotIsKept();
        cutOff.onMessage(tokens(job));
        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
    }

    @Test
    void as_many_as_have_room_are_claimed_in_their_order_and_after_two_seconds_the_batch_is_to_come_again() {
        var jobs = new Submitted[] {work.chat("sim-chat"), work.chat("sim-chat"), work.chat("sim-chat")};
        take(2);
        try (var hold = provider.hold("chat", "before-answer")) {
            long began = System.nanoTime();

            assertThatThrownBy(() -> intake.onMessage(tokens(jobs))).isInstanceOf(LaneIntake.NotNowException.class);

            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofSeconds(2));
            hold.awaitHeld(1);
            work.awaitPlace(jobs[0], "run");
            work.awaitPlace(jobs[1], "dispatch");
            work.awaitPlace(jobs[2], "dispatch");
        } finally {
            give(2);
        }
        assertThat(work.awaitEnd(jobs[0])).isEqualTo("succeeded");
        intake.onMessage(tokens(jobs));
        assertThat(work.awaitEnd(jobs[1])).isEqualTo("succeeded");
        assertThat(work.awaitEnd(jobs[2])).isEqualTo("succeeded");
    }

    @Test
    void one_that_finds_no_memory_is_passed_over_holds_up_nothing_behind_it_and_runs_when_there_is_some() {
        var large = new Submitted[] {work.chatOf("sim-chat", 900_000), work.chatOf("sim-chat", 900_000)};
        var small = work.chat("sim-chat");
        try (var hold = provider.hold("chat", "before-answer")) {
            long began = System.nanoTime();

            intake.onMessage(tokens(large[0], large[1], small));

            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
            hold.awaitHeld(2);
            work.awaitPlace(large[0], "run");
            work.awaitPlace(small, "run");
            work.awaitPlace(large[1], "dispatch");
        }

        assertThat(work.awaitEnd(large[1])).isEqualTo("succeeded");
        assertThat(work.awaitEnd(large[0])).isEqualTo("succeeded");
        assertThat(work.awaitEnd(small)).isEqualTo("succeeded");
        assertNoSlotIsKept();
    }

    @Test
    void room_that_comes_meanwhile_is_used() {
        var job = work.chat("sim-chat");
        take(ROOM);
        var batch = Staged.aside(() -> {
            intake.onMessage(tokens(job));
            return true;
        });
        give(ROOM);

        assertThat(batch.join()).isTrue();
        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
    }
}
