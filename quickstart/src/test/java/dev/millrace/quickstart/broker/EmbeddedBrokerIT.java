package dev.millrace.quickstart.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.quickstart.process.CannotContinue;
import dev.millrace.quickstart.process.Ports;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Exit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class EmbeddedBrokerIT {

    @TempDir
    Path folder;

    EmbeddedBroker broker;

    @BeforeEach
    void start() {
        broker = EmbeddedBroker.in(folder.resolve("kafka")).build();
        broker.start();
    }

    @AfterEach
    void stop() {
        broker.stop();
    }

    @Test
    void a_record_reaches_a_consumer_of_the_new_group_protocol() throws Exception {
        createTopic("lane");
        send("lane", "job_1");

        assertThat(consume("lane", 1)).containsExactly("job_1");
    }

    @Test
    void records_survive_a_stop_and_a_start_on_the_same_port() throws Exception {
        createTopic("lane");
        send("lane", "job_1");

        broker.stop();
        broker.start();

        assertThat(consume("lane", 1)).containsExactly("job_1");
    }

    @Test
    void a_client_lives_through_a_restart() throws Exception {
        createTopic("lane");
        try (var producer = producer()) {
            producer.send(new ProducerRecord<>("lane", "before")).get(20, TimeUnit.SECONDS);
            broker.stop();
            broker.start();
            producer.send(new ProducerRecord<>("lane", "after")).get(20, TimeUnit.SECONDS);
        }
        assertThat(consume("lane", 2)).containsExactly("before", "after");
    }

    @Test
    void after_its_data_is_deleted_it_is_another_cluster_with_nothing_in_it() throws Exception {
        createTopic("lane");
        var before = clusterId();

        broker.stop();
        broker.deleteData();
        broker.start();

        assertThat(clusterId()).isNotEqualTo(before);
        try (var admin = admin()) {
            assertThat(admin.listTopics().names().get(20, TimeUnit.SECONDS)).isEmpty();
        }
    }

    @Test
    void the_data_of_a_running_broker_is_not_deleted() {
        assertThatThrownBy(broker::deleteData).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_topic_does_not_appear_by_being_asked_for() throws Exception {
        try (var producer = producer(Map.of("max.block.ms", "1500"))) {
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>("nobody-made-it", "x"))
                            .get(20, TimeUnit.SECONDS))
                    .hasMessageContaining("nobody-made-it");
        }
    }

    @Test
    void a_fatal_error_of_kafka_does_not_end_this_jvm() {
        assertThatThrownBy(() -> Exit.halt(1, "the disk is gone"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Kafka gave up with status 1: the disk is gone");
    }

    @Test
    void a_taken_port_is_named() throws Exception {
        int port = Ports.free();
        try (var stranger = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            var second = EmbeddedBroker.in(folder.resolve("second"))
                    .port(stranger.getLocalPort())
                    .build();
            assertThatThrownBy(second::start)
                    .isInstanceOf(CannotContinue.class)
                    .hasMessage("Port %d, which Kafka is to listen on, is taken by another program.".formatted(port));
        }
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    private String clusterId() throws Exception {
        try (var admin = admin()) {
            return admin.describeCluster().clusterId().get(20, TimeUnit.SECONDS);
        }
    }

    private void createTopic(String name) throws Exception {
        try (var admin = admin()) {
            admin.createTopics(List.of(new NewTopic(name, Optional.of(1), Optional.empty())))
                    .all()
                    .get(20, TimeUnit.SECONDS);
        }
    }

    private KafkaProducer<String, String> producer() {
        return producer(Map.of());
    }

    private KafkaProducer<String, String> producer(Map<String, String> more) {
        var settings = new java.util.HashMap<String, Object>(more);
        settings.put("bootstrap.servers", broker.bootstrapServers());
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    private void send(String topic, String value) throws Exception {
        try (var producer = producer()) {
            producer.send(new ProducerRecord<>(topic, value)).get(20, TimeUnit.SECONDS);
        }
    }

    private List<String> consume(String topic, int count) {
        var settings = Map.<String, Object>of(
                "bootstrap.servers", broker.bootstrapServers(),
                "group.id", "test",
                "group.protocol", "consumer",
                "auto.offset.reset", "earliest");
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            var values = new ArrayList<String>();
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (values.size() < count && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(200)).forEach(found -> values.add(found.value()));
            }
            return values;
        }
    }
}
