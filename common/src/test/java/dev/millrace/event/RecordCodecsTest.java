package dev.millrace.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.millrace.dispatch.Token;
import dev.millrace.job.JobId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What travels through Kafka: ids and numbers of fixed length, and anything else is nothing.
@DisplayNameGeneration(ReplaceUnderscores.class)
class RecordCodecsTest {

    private static final JobId JOB = new JobId(UUID.fromString("019a0000-1111-7222-8333-444444444444"));
    private static final JobId OTHER = new JobId(UUID.fromString("ffffffff-ffff-7fff-bfff-ffffffffffff"));

    @Test
    void a_token_is_the_sixteen_bytes_of_the_id_and_reads_back_as_it() {
        for (var job : List.of(JOB, OTHER)) {
            assertThat(Token.write(job)).hasSize(16);
            assertThat(Token.read(Token.write(job))).hasValue(job);
        }
        assertThat(Token.write(JOB))
                .startsWith(0x01, 0x9a, 0x00, 0x00, 0x11, 0x11)
                .endsWith(0x44, 0x44);
    }

    @Test
    void poison_is_no_token() {
        assertThat(Token.read(null)).isEmpty();
        for (int length = 0; length < 64; length++) {
            if (length != 16) {
                assertThat(Token.read(new byte[length])).as(length + " bytes").isEmpty();
            }
        }
        assertThat(Token.read("{\"job\":\"job_019a\"}".getBytes(StandardCharsets.UTF_8)))
                .isEmpty();
    }

    @Test
    void signals_read_back_as_they_were_sent_in_their_order() {
        var signals = List.of(new JobSignal(JOB, false), new JobSignal(OTHER, true), new JobSignal(JOB, true));
        assertThat(JobSignals.write(signals)).hasSize(51);
        assertThat(JobSignals.read(JobSignals.write(signals))).isEqualTo(signals);
        assertThat(JobSignals.read(JobSignals.write(List.of()))).isEmpty();
    }

    @Test
    void poison_is_no_signal() {
        assertThat(JobSignals.read(null)).isEmpty();
        for (int length = 0; length < 100; length++) {
            if (length % 17 != 0) {
                assertThat(JobSignals.read(new byte[length]))
                        .as(length + " bytes")
                        .isEmpty();
            }
        }
    }

    @Test
    void no_bytes_whatever_make_a_reader_throw() {
        var random = new SplittableRandom(11);
        var read = new ArrayList<Object>();
        for (int i = 0; i < 10_000; i++) {
            var bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            assertThatCode(() -> {
                        read.add(Token.read(bytes));
                        read.add(JobSignals.read(bytes));
                    })
                    .doesNotThrowAnyException();
        }
        assertThat(read).hasSize(20_000);
    }
}
