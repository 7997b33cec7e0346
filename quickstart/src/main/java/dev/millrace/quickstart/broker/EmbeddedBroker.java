package dev.millrace.quickstart.broker;

import dev.millrace.quickstart.process.CannotContinue;
import dev.millrace.quickstart.process.Folders;
import dev.millrace.quickstart.process.Ports;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A real Kafka broker and its controller, one node, on 127.0.0.1, in this JVM. Its data outlives it; the data can be
/// deleted while it is stopped, and it comes back on the same port with the same cluster id and nothing in it.
///
/// ```java
/// var broker = EmbeddedBroker.in(folder).port(19092).build();
/// broker.start();
/// broker.stop();
/// broker.deleteData();
/// broker.start();
/// ```
public final class EmbeddedBroker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);

    private static final Set<EmbeddedBroker> RUNNING = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final int port;
    private final int controllerPort;
    private final Map<String, String> settings;
    private final Runnable onFailure;

    private @Nullable KafkaRaftServer server;

    private EmbeddedBroker(Builder builder) {
        folder = builder.folder;
        port = builder.port == 0 ? Ports.free() : builder.port;
        controllerPort = builder.controllerPort == 0 ? Ports.free() : builder.controllerPort;
        settings = Map.copyOf(builder.settings);
        onFailure = builder.onFailure;
    }

    /// A broker with its data in `folder`, which is made if it isn't there.
    public static Builder in(Path folder) {
        return new Builder(folder.toAbsolutePath().normalize());
    }

    /// Starts the broker and waits until it serves. About 2 s.
    ///
    /// @throws CannotContinue if a port is taken or the folder can't be written
    public synchronized void start() {
        if (server != null) {
            throw new IllegalStateException("Kafka runs already on port " + port);
        }
        for (int needed : List.of(port, controllerPort)) {
            if (!Ports.isFree(needed)) {
                throw new CannotContinue(
                        "Port %d, which Kafka is to listen on, is taken by another program.".formatted(needed));
            }
        }
        keepThisJvmAlive();
        try {
            format();
        } catch (Exception unwritable) {
            throw CannotContinue.because("Kafka's data folder " + folder + " cannot be used", unwritable);
        }
        var starting = new KafkaRaftServer(KafkaConfig.fromProps(properties()), Time.SYSTEM);
        try {
            starting.startup();
        } catch (RuntimeException | Error failure) {
            starting.shutdown();
            throw new CannotContinue("Kafka did not start: " + failure.getMessage(), failure);
        }
        server = starting;
        RUNNING.add(this);
    }

    /// Stops the broker; its data stays.
    public synchronized void stop() {
        var running = server;
        if (running == null) {
            return;
        }
        server = null;
        RUNNING.remove(this);
        running.shutdown();
        running.awaitShutdown();
    }

    /// Deletes all topics, records and offsets. Started again, it is another cluster, with an id of its own.
    ///
    /// @throws IllegalStateException if the broker runs
    public synchronized void deleteData() throws IOException {
        if (server != null) {
            throw new IllegalStateException("Stop the broker before its data is deleted");
        }
        Folders.delete(folder);
    }

    public synchronized boolean isRunning() {
        return server != null;
    }

    /// The address for clients: `127.0.0.1:<port>`.
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /// Stops the broker.
    @Override
    public void close() {
        stop();
    }

    @Override
    public String toString() {
        return "Kafka on port " + port + " in " + folder;
    }

    private void format() throws Exception {
        if (Files.exists(folder.resolve("meta.properties"))) {
            return;
        }
        Files.createDirectories(folder);
        new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setNodeId(1)
                .setClusterId(Uuid.randomUuid().toString())
                .setDirectories(List.of(folder.toString()))
                .setMetadataLogDirectory(folder.toString())
                .setControllerListenerName("CONTROLLER")
                .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                .setIgnoreFormatted(true)
                .run();
    }

    private Properties properties() {
        var all = new Properties();
        all.setProperty("process.roles", "broker,controller");
        all.setProperty("node.id", "1");
        all.setProperty("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        all.setProperty("controller.listener.names", "CONTROLLER");
        all.setProperty(
                "listeners", "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(port, controllerPort));
        all.setProperty("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        all.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        all.setProperty("log.dirs", folder.toString());

        // One node: everything is kept once.
        all.setProperty("default.replication.factor", "1");
        all.setProperty("min.insync.replicas", "1");
        all.setProperty("offsets.topic.replication.factor", "1");
        all.setProperty("offsets.topic.num.partitions", "4");
        all.setProperty("transaction.state.log.replication.factor", "1");
        all.setProperty("transaction.state.log.min.isr", "1");
        all.setProperty("transaction.state.log.num.partitions", "4");
        all.setProperty("share.coordinator.state.topic.replication.factor", "1");
        all.setProperty("share.coordinator.state.topic.min.isr", "1");
        all.setProperty("share.coordinator.state.topic.num.partitions", "4");

        // Whoever needs a topic makes it; one that appears by being asked for hides that nobody did.
        all.setProperty("auto.create.topics.enable", "false");
        all.setProperty("group.initial.rebalance.delay.ms", "0");

        // After a kill -9 the broker waits for the session of its former self to end.
        all.setProperty("broker.session.timeout.ms", "1500");
        all.setProperty("broker.heartbeat.interval.ms", "300");
        all.setProperty("controller.quorum.election.timeout.ms", "100");
        all.setProperty("controller.quorum.election.backoff.max.ms", "100");

        // Little traffic and a small heap: 8 MiB instead of 128 for the log cleaner, few threads.
        all.setProperty("log.cleaner.dedupe.buffer.size", "8388608");
        all.setProperty("num.network.threads", "2");
        all.setProperty("num.io.threads", "4");
        all.setProperty("num.recovery.threads.per.data.dir", "1");
        all.setProperty("background.threads", "2");
        all.setProperty("num.replica.fetchers", "1");
        all.setProperty("log.retention.hours", "24");
        all.setProperty("log.segment.bytes", "67108864");
        all.putAll(settings);
        return all;
    }

    /// Kafka ends its process on a fatal error. Here that would take the database and the services with it, so the
    /// thread that gave up ends instead.
    private static void keepThisJvmAlive() {
        Exit.setExitProcedure(EmbeddedBroker::giveUp);
        Exit.setHaltProcedure(EmbeddedBroker::giveUp);
    }

    private static void giveUp(int status, @Nullable String message) {
        var reason = "Kafka gave up with status " + status + (message == null ? "" : ": " + message);
        LOG.error(reason);
        // Which of them it was is not told; outside of tests there is one.
        RUNNING.forEach(broker -> Thread.ofVirtual().start(broker.onFailure));
        throw new IllegalStateException(reason);
    }

    /// Collects how an [EmbeddedBroker] is to run.
    public static final class Builder {

        private final Path folder;
        private final Map<String, String> settings = new LinkedHashMap<>();
        private int port;
        private int controllerPort;
        private Runnable onFailure = () -> {};

        private Builder(Path folder) {
            this.folder = folder;
        }

        /// The port of 127.0.0.1 for clients; 0, the default, takes a free one, the same over all starts of this
        /// object.
        public Builder port(int number) {
            port = number;
            return this;
        }

        /// The port of 127.0.0.1 on which the broker talks to its controller; 0, the default, takes a free one.
        public Builder controllerPort(int number) {
            controllerPort = number;
            return this;
        }

        /// A setting of `server.properties`, stronger than ours.
        public Builder setting(String name, String value) {
            settings.put(name, value);
            return this;
        }

        /// Called when Kafka gives up by itself. It may still listen, but no longer serve.
        public Builder onFailure(Runnable listener) {
            onFailure = listener;
            return this;
        }

        public EmbeddedBroker build() {
            return new EmbeddedBroker(this);
        }
    }
}
