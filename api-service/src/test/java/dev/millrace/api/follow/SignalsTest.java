package dev.millrace.api.follow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.Job;
import dev.millrace.job.JobId;
import dev.millrace.job.JobKind;
import dev.millrace.job.JobStatus;
import dev.millrace.settings.WaitSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/// What a record from Kafka does to those who wait.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class SignalsTest {

    private static final byte CHANGED = 0;
    private static final byte ENDED = 1;

    private final Waits waits = new Waits(new WaitSettings(10, 10), new SimpleMeterRegistry());
    private final JobId job = JobId.next();
    private final AtomicInteger sequence = new AtomicInteger(1);
    private final AtomicInteger reads = new AtomicInteger();

    @BeforeEach
    void start() {
        waits.start();
    }

    @Test
    void a_signal_wakes_who_waits_for_its_job() {
        var wait = begin();

        sequence.set(2);
        waits.signalled(signal(job, ENDED));

        assertThat(soon(wait)).isEqualTo(2);
    }

    @Test
    void one_record_may_carry_many_signals() {
        var wait = begin();

        sequence.set(2);
        waits.signalled(ByteBuffer.allocate(34)
                .put(signal(JobId.next(), CHANGED))
                .put(signal(job, ENDED))
                .array());

        assertThat(soon(wait)).isEqualTo(2);
    }

    @Test
    void records_that_are_no_signals_are_passed_over() {
        var wait = begin();

        waits.signalled(new byte[] {1, 2, 3});
        waits.signalled("{\"job\":\"poison\"}".getBytes(StandardCharsets.US_ASCII));
        sequence.set(2);
        waits.signalled(signal(job, ENDED));

        assertThat(soon(wait)).isEqualTo(2);
    }

    @Test
    void who_waits_for_a_change_is_woken_by_each_and_who_waits_for_the_end_by_that_alone() {
        var change = begin(Waits.For.CHANGE);
        var end = begin(Waits.For.END);

        sequence.set(2);
        waits.signalled(signal(job, CHANGED));

        assertThat(soon(change)).isEqualTo(2);
        assertThat(end).isNotDone();
        assertThat(reads).hasValue(3);
        waits.signalled(signal(job, ENDED));
        assertThat(soon(end)).isEqualTo(2);
    }

    private CompletableFuture<Integer> begin() {
        return begin(Waits.For.CHANGE);
    }

    private CompletableFuture<Integer> begin(Waits.For what) {
        int before = reads.get();
        var wait = CompletableFuture.supplyAsync(
                () -> waits.until(
                                UUID.randomUUID(),
                                job,
                                Duration.ofSeconds(30),
                                what,
                                this::read,
                                one -> one.sequence() > 1)
                        .orElseThrow()
                        .sequence(),
                Thread::startVirtualThread);
        Awaitility.await().until(() -> reads.get() == before + 1);
        return wait;
    }

    private Optional<Job> read() {
        var now = now();
        reads.incrementAndGet();
        return Optional.of(now);
    }

    private static byte[] signal(JobId job, byte ended) {
        return ByteBuffer.allocate(17)
                .putLong(job.value().getMostSignificantBits())
                .putLong(job.value().getLeastSignificantBits())
                .put(ended)
                .array();
    }

    private static int soon(CompletableFuture<Integer> wait) {
        return wait.orTimeout(5, TimeUnit.SECONDS).join();
    }

    private Job now() {
        return new Job(
                job,
                UUID.randomUUID(),
                JobKind.CHAT,
                JobStatus.QUEUED,
                "m",
                Instant.EPOCH,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                sequence.get(),
                0,
                0,
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Optional.empty());
    }
}
