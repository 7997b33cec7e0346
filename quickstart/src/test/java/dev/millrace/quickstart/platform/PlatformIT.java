package dev.millrace.quickstart.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.quickstart.process.CannotContinue;
import dev.millrace.quickstart.process.Probe;
import dev.millrace.quickstart.process.Signals;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// With stand-ins for the services: what matters here is how they are started, not what they do.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class PlatformIT {

    private static final Path BINARIES = Path.of("target", "postgres-binaries");

    @TempDir
    Path folder;

    Path data;
    Home home;

    @BeforeEach
    void lay_out() throws IOException {
        data = folder.resolve("data with a space");
        home = FakeServices.in(folder.resolve("project"));
    }

    @Test
    void every_part_is_started_and_everything_ends_with_it() {
        long databasePid;
        try (var platform = builder().workers(2).start()) {
            assertThat(platform.services()).hasSize(4).allMatch(service -> service.isAlive());
            assertThat(Probe.status(platform.baseUrl().resolve("/readyz"))).isEqualTo(200);
            assertThat(platform.postgres().isRunning()).isTrue();
            assertThat(platform.broker().isRunning()).isTrue();
            databasePid = platform.postgres().pids().getFirst();
            assertThat(platform.startWorker().name()).isEqualTo("worker-3");

            platform.stop(Duration.ofSeconds(10));

            assertThat(platform.services()).noneMatch(service -> service.isAlive());
            assertThat(ProcessHandle.of(databasePid)).isEmpty();
            assertThat(Probe.status(platform.baseUrl())).isZero();
            assertThat(platform.broker().isRunning()).isFalse();
        }
    }

    @Test
    void the_services_are_told_where_everything_is() throws IOException {
        try (var platform = builder()
                .setting("millrace.dispatch.room", 7)
                .apiSetting("millrace.only.api", "a")
                .workerSetting("millrace.only.worker", "w")
                .chatModel("slow-chat", "sim-chat~latency=5s")
                .start()) {
            for (var service : List.of(platform.api(), platform.worker(0))) {
                assertThat(Files.readString(service.log()))
                        .contains("SPRING_DATASOURCE_URL=" + platform.postgres().jdbcUrl("millrace"))
                        .contains("SPRING_DATASOURCE_USERNAME=millrace")
                        .contains("SPRING_DATASOURCE_PASSWORD="
                                + platform.postgres().password())
                        .contains("SPRING_KAFKA_BOOTSTRAP_SERVERS="
                                + platform.broker().bootstrapServers())
                        .contains("MILLRACE_OPERATOR_KEY=" + platform.operatorKey())
                        .contains("MILLRACE_SECRET_KEY=")
                        .contains("--spring.config.additional-location=file:" + data.resolve("quickstart.yml"));
            }
            assertThat(Files.readString(platform.api().log()))
                    .contains("--millrace.only.api=a")
                    .doesNotContain("only.worker");
            assertThat(Files.readString(platform.worker(0).log()))
                    .contains("--millrace.only.worker=w")
                    .doesNotContain("only.api");
            assertThat(Files.readString(data.resolve("quickstart.yml")))
                    .contains("\"millrace.asset.root\": \"" + data.resolve("assets") + "\"")
                    .contains("\"millrace.webhook.allow-http\": true")
                    .contains("\"millrace.dispatch.room\": 7")
                    .contains(platform.simulatorUrl() + "/v1")
                    .contains("sim-chat~latency=5s");
        }
    }

    @Test
    void nothing_of_our_environment_but_places_and_languages_reaches_a_service() throws IOException {
        // Surefire and Failsafe put this into the environment of the tests; see the parent's pom.
        assertThat(System.getenv("VECTOR_API_KEY")).isEqualTo("canary-key-of-the-environment");
        try (var platform = builder().start()) {
            for (var service : platform.services()) {
                assertThat(Files.readString(service.log()))
                        .contains("environment=")
                        .doesNotContain("canary")
                        .doesNotContain("VECTOR_")
                        .doesNotContain("OPENAI_");
            }
            assertThat(Files.readString(data.resolve("quickstart.yml"))).doesNotContain("canary");
        }
    }

    @Test
    void services_work_in_empty_folders_where_no_dot_env_is_found() throws IOException {
        try (var platform = builder().start()) {
            for (var service : platform.services()) {
                var directory = data.resolve("work").resolve(service.name());
                assertThat(Files.readString(service.log())).contains("directory=" + directory);
                assertThat(directory).isEmptyDirectory();
            }
        }
    }

    @Test
    void secrets_are_made_once_and_are_for_their_owner_only() throws IOException {
        String key;
        try (var platform = builder().without(Part.values()).start()) {
            key = platform.operatorKey();
            assertThat(key).startsWith("mop_").hasSizeGreaterThan(44);
        }
        try (var platform = builder().without(Part.values()).start()) {
            assertThat(platform.operatorKey()).isEqualTo(key);
        }
        for (var secret : List.of("secret.key", "operator.key")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(
                            data.resolve("secrets").resolve(secret))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void a_second_platform_on_the_same_folder_is_refused_in_one_sentence() {
        try (var first = builder().without(Part.POSTGRES, Part.KAFKA).start()) {
            assertThatThrownBy(() -> builder().start())
                    .isInstanceOf(CannotContinue.class)
                    .hasMessage(
                            "Another Millrace (pid %d, %s) already runs on %s: stop it first, or choose another folder with --data."
                                    .formatted(ProcessHandle.current().pid(), first.baseUrl(), data));
        }
    }

    @Test
    void a_taken_port_is_named_and_nothing_is_left_running() throws IOException {
        var ports = PlatformPorts.free();
        try (var stranger = new ServerSocket(ports.api(), 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> builder().ports(ports).start())
                    .isInstanceOf(CannotContinue.class)
                    .hasMessage("Port %d, which the API is to listen on, is taken by another program."
                            .formatted(stranger.getLocalPort()));
        }
        try (var platform = builder().ports(ports).start()) {
            assertThat(platform.api().isAlive()).isTrue();
        }
    }

    @Test
    void a_folder_that_cannot_be_made_is_named() throws IOException {
        Files.writeString(data, "a file, no folder");
        assertThatThrownBy(() -> builder().start())
                .isInstanceOf(CannotContinue.class)
                .hasMessage("The folder " + data + " cannot be written: " + data
                        + " exists already and is something else.");
    }

    @Test
    void a_jar_that_is_missing_is_named() throws IOException {
        Files.delete(folder.resolve("project/worker-service/target/worker-service-1.0-exec.jar"));
        assertThatThrownBy(() -> builder().start())
                .isInstanceOf(CannotContinue.class)
                .hasMessageMatching("The jar of worker-service is missing from .*: build it with ./millrace build\\.");
    }

    @Test
    void what_a_killed_run_left_behind_is_ended_by_the_next_start() throws Exception {
        var ports = PlatformPorts.free();
        var run = KilledRun.start(home, data, BINARIES, ports);
        var left = RunFile.in(data).read().orElseThrow().children().stream()
                .map(pid -> ProcessHandle.of(pid).orElseThrow())
                .toList();
        var database = ProcessHandle.of(Long.parseLong(Files.readAllLines(data.resolve("postgres/postmaster.pid"))
                        .getFirst()))
                .orElseThrow();

        run.destroyForcibly().waitFor();
        assertThat(left).hasSize(3).allMatch(ProcessHandle::isAlive);
        assertThat(database.isAlive()).isTrue();

        try (var next = builder().ports(ports).start()) {
            assertThat(left).noneMatch(ProcessHandle::isAlive);
            assertThat(database.isAlive()).isFalse();
            assertThat(next.services()).allMatch(service -> service.isAlive());
        }
    }

    @Test
    void a_fresh_platform_has_nothing_of_the_one_before() throws Exception {
        try (var platform = builder().start()) {
            try (var connection = platform.postgres().connect("millrace")) {
                connection.createStatement().execute("create table kept (n int)");
            }
            Files.writeString(data.resolve("assets/kept"), "x");
        }
        try (var platform = builder().fresh().start()) {
            try (var connection = platform.postgres().connect("millrace");
                    var found = connection
                            .createStatement()
                            .executeQuery("select count(*) from pg_class where relname = 'kept'")) {
                found.next();
                assertThat(found.getInt(1)).isZero();
            }
            assertThat(data.resolve("assets")).isEmptyDirectory();
        }
    }

    @Test
    void a_death_is_told_and_the_part_can_be_started_again() throws Exception {
        var deaths = new ArrayBlockingQueue<String>(10);
        try (var platform = builder().onDeath(deaths::add).start()) {
            Signals.KILL.sendTo(platform.worker(0).pid());
            assertThat(deaths.poll(20, TimeUnit.SECONDS)).isEqualTo("worker-1");
            platform.restart("worker-1");
            assertThat(platform.worker(0).isAlive()).isTrue();

            Signals.QUIT.sendTo(platform.postgres().pids().getFirst());
            assertThat(deaths.poll(20, TimeUnit.SECONDS)).isEqualTo("PostgreSQL");
            platform.restart("PostgreSQL");
            assertThat(platform.postgres().isRunning()).isTrue();
        }
        assertThat(deaths).isEmpty();
    }

    @Test
    void the_heaps_come_to_less_than_a_gibibyte() {
        try (var platform = builder().start()) {
            var usage = platform.usage();
            long services = usage.stream()
                    .filter(part -> !part.part().startsWith("quickstart"))
                    .mapToLong(PartUsage::heapBytes)
                    .sum();
            // The script gives the quickstart's own JVM, with Kafka in it, 256 MiB.
            assertThat(services + (256 << 20)).isLessThanOrEqualTo(1L << 30);
            assertThat(usage)
                    .extracting(PartUsage::part)
                    .containsExactly("quickstart and Kafka", "simulator", "api-service", "worker-1", "PostgreSQL");
            assertThat(usage).allMatch(part -> part.usage().residentBytes() > 1_000_000);
        }
    }

    @Test
    void providers_of_the_caller_stand_beside_the_simulator_with_their_keys_in_the_environment() throws IOException {
        try (var platform = builder()
                .provider("real", Map.of("type", "openai", "base-url", "${REAL_URL}", "keys", List.of("${REAL_KEY}")))
                .serviceEnv("REAL_KEY", "secret")
                .start()) {
            assertThat(Files.readString(data.resolve("quickstart.yml")))
                    .contains("\"real\": ", "${REAL_KEY}", "\"simulator\": ")
                    .doesNotContain("secret\"");
            assertThat(Files.readString(platform.worker(0).log())).contains("REAL_KEY=secret");
            assertThat(Files.readString(platform.simulator().log())).doesNotContain("REAL_KEY");
        }
    }

    private PlatformBuilder builder() {
        return Platform.builder().home(home).dataFolder(data).binaries(BINARIES).drainTime(Duration.ofSeconds(10));
    }
}
