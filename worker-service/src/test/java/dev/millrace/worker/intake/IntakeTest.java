package dev.millrace.worker.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.JobClaims;
import dev.millrace.job.JobKind;
import dev.millrace.kafka.KafkaWatch;
import dev.millrace.settings.MillraceSettings;
import dev.millrace.worker.execution.Executor;
import dev.millrace.worker.fixture.SharedWorker;
import dev.millrace.worker.fixture.Work;
import dev.millrace.worker.lease.TestLease;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;

/// A worker whose Kafka is not there.
@DisplayNameGeneration(ReplaceUnderscores.class)
class IntakeTest {

    private final Work work = SharedWorker.newWork();

    @Test
    void no_consumer_begins_before_kafka_and_its_topics_are_there_and_jobs_run_without() {
        var worker = SharedWorker.get();

        // It has been up long enough to have run a job.
        assertThat(work.awaitEnd(work.chat("sim-chat"))).isEqualTo("succeeded");

        assertThat(worker.bean(KafkaWatch.class).available()).isFalse();
        assertThat(worker.bean(Intake.class).consuming()).isFalse();
    }

    @Test
    void its_consumers_are_paused_without_a_lease_and_one_of_a_lane_without_room_is() {
        var worker = SharedWorker.get();
        var lease = new TestLease(SharedWorker.database());
        var executor = worker.bean(Executor.class);
        var intake = new Intake(
                worker.bean(KafkaProperties.class),
                worker.bean(KafkaWatch.class),
                lease.keeper(),
                worker.bean(JobClaims.class),
                executor,
                new SimpleMeterRegistry());

        assertPaused(intake, true, true);
        lease.beat();
        assertPaused(intake, false, false);

        var slots = executor.slots(JobKind.CHAT);
        int all = worker.bean(MillraceSettings.class).worker().chatSlots();
        for (int taken = 0; taken < all; ) {
            taken += slots.take(all - taken);
        }
        assertPaused(intake, true, false);
        slots.give(all);
        assertPaused(intake, false, false);

        lease.lapse();
        assertPaused(intake, true, true);
    }

    /// Soon: the sweep takes slots for the moment of a look.
    private static void assertPaused(Intake intake, boolean chat, boolean video) {
        Awaitility.await("chat paused: " + chat + ", video paused: " + video)
                .atMost(Work.SOON)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> {
                    intake.round();
                    return intake.paused(JobKind.CHAT) == chat && intake.paused(JobKind.VIDEO) == video;
                });
    }
}
