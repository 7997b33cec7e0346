package dev.millrace.worker.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kafka.KafkaWatch;
import dev.millrace.worker.fixture.SharedWorker;
import dev.millrace.worker.fixture.Work;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

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
}
