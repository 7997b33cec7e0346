package dev.millrace.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.quickstart.platform.PlatformPorts;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Ten thousand records on the topics that are none of ours, among those of ten thousand jobs.
@Tag("faults")
@DisplayNameGeneration(ReplaceUnderscores.class)
class PoisonRecordsIT {

    private static final int POISON = 10_000;
    private static final int JOBS = 10_000;
    private static final int SUBMITTERS = 16;
    private static final int AT_ONCE = 500;
    private static final List<String> TOPICS =
            List.of("millrace.dispatch.chat", "millrace.dispatch.video", "millrace.events");

    @TempDir
    static Path folder;

    @Test
    void they_harm_nothing_and_none_is_left_unread() throws Exception {
        try (var stage = Stage.set(folder, PlatformPorts.free(), builder -> builder.workers(2))) {
            var ended = stage.submitChat("chat", Stage.newPrompt());
            assertThat(stage.awaitEnd(ended).status()).isEqualTo("succeeded");
            var before = stage.platform().jobs().job(ended).json();

            var jobs = Collections.synchronizedList(new ArrayList<String>());
            try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < SUBMITTERS; i++) {
                    pool.submit(() -> {
                        for (int n = 0; n < JOBS / SUBMITTERS; n++) {
                            jobs.add(stage.submitChat("chat", Stage.newPrompt()));
                        }
                    });
                }
                poison(stage, ended, jobs::size);
                pool.shutdown();
                assertThat(pool.awaitTermination(5, TimeUnit.MINUTES)).isTrue();
            }

            assertThat(jobs).hasSize(JOBS);
            Awaitility.await("all have ended")
                    .atMost(Duration.ofMinutes(5))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> stage.records().count("select count(*) from job_end") == JOBS + 1);
            assertThat(stage.records().count("select count(*) from job_end where status = 'succeeded'"))
                    .isEqualTo(JOBS + 1);
            assertThat(stage.records().count("select count(*) from attempt"))
                    .as("none ran twice")
                    .isEqualTo(JOBS + 1);
            assertThat(stage.platform().jobs().job(ended).json()).isEqualTo(before);
            Awaitility.await("no record is left unread")
                    .atMost(Stage.SOON)
                    .untilAsserted(() -> assertThat(lag(stage)).isZero());
            assertThat(counted(stage)).as("records that are no token").isGreaterThan(POISON / 2);
        }
    }

    /// @param good how many jobs have been submitted; the poison keeps step with them, so that it is among their tokens
    private static void poison(Stage stage, String ended, IntSupplier good) {
        var random = new Random(7);
        try (var producer = new KafkaProducer<byte[], byte[]>(
                Map.of("bootstrap.servers", stage.platform().broker().bootstrapServers(), "linger.ms", 5),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int i = 0; i < POISON; i++) {
                if (i % AT_ONCE == 0) {
                    int enough = i;
                    Awaitility.await("as many jobs")
                            .atMost(Duration.ofMinutes(5))
                            .until(() -> good.getAsInt() >= enough);
                }
                var topic = TOPICS.get(i % 10 == 0 ? 1 : i % 10 == 1 ? 2 : 0);
                var record = new ProducerRecord<byte[], byte[]>(topic, garbage(random, 5), value(i, random, ended));
                record.headers()
                        .add("__TypeId__", "javax.script.ScriptEngineManager".getBytes(StandardCharsets.UTF_8))
                        .add("spring_json_header_types", "{\"a\":\"java.net.URL\"}".getBytes(StandardCharsets.UTF_8))
                        .add("kafka_original-topic", garbage(random, 40));
                producer.send(record);
            }
            producer.flush();
        }
    }

    /// Garbage, tokens of jobs that nobody knows or that have ended, and what other versions might write.
    private static byte @Nullable [] value(int i, Random random, String ended) {
        return switch (i % 9) {
            case 0 -> null;
            case 1 -> new byte[0];
            case 2 -> garbage(random, 16);
            case 3 -> token(Records.uuid(ended));
            case 4 -> garbage(random, 15);
            case 5 ->
                ByteBuffer.allocate(17)
                        .put((byte) 2)
                        .put(token(UUID.randomUUID()))
                        .array();
            case 6 -> ("{\"version\":2,\"job\":\"" + ended + "\"}").getBytes(StandardCharsets.UTF_8);
            case 7 -> garbage(random, 20_000);
            default -> "\u0000".repeat(32).getBytes(StandardCharsets.UTF_8);
        };
    }

    private static byte[] token(UUID job) {
        return ByteBuffer.allocate(16)
                .putLong(job.getMostSignificantBits())
                .putLong(job.getLeastSignificantBits())
                .array();
    }

    private static byte[] garbage(Random random, int length) {
        var bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /// Records of the lanes that the workers have not committed.
    private static long lag(Stage stage) throws Exception {
        long lag = 0;
        try (var admin = Admin.create(
                Map.of("bootstrap.servers", stage.platform().broker().bootstrapServers()))) {
            for (var kind : List.of("chat", "video")) {
                var committed = admin.listConsumerGroupOffsets("millrace.worker." + kind)
                        .partitionsToOffsetAndMetadata()
                        .get();
                var ends = admin.listOffsets(committed.keySet().stream()
                                .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest())))
                        .all()
                        .get();
                assertThat(committed).as("partitions of " + kind).isNotEmpty();
                for (var partition : committed.entrySet()) {
                    lag += Objects.requireNonNull(ends.get(partition.getKey())).offset()
                            - partition.getValue().offset();
                }
            }
        }
        return lag;
    }

    private static double counted(Stage stage) {
        return stage.platform().workers().stream()
                .mapToDouble(worker -> Metrics.of(
                                stage.platform().readyAddress(worker).resolve("/actuator/prometheus"))
                        .sum("millrace_tokens_poison_total", Map.of()))
                .sum();
    }
}
