package dev.millrace.quickstart.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.quickstart.postgres.EmbeddedPostgres;
import dev.millrace.quickstart.process.Ports;
import dev.millrace.quickstart.process.Probe;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.TerminalFailureException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Does by hand what an engine would do with the Dockerfiles and the compose file, and starts what comes of it: the jar
/// taken apart and put together as the layers say, the entry point, the environment, the settings file, the health
/// check. Only names of hosts, ports and folders are this machine's.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ImagesIT {

    private static final ComposeFile COMPOSE = ComposeFile.read();
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    static EmbeddedPostgres postgres;

    private final List<Process> running = new ArrayList<>();

    @BeforeAll
    static void start_postgresql() {
        postgres = EmbeddedPostgres.in(shared.resolve("postgres"))
                .binaries(Path.of("target", "postgres-binaries"))
                .build();
        postgres.start();
        postgres.createDatabase("millrace");
    }

    @AfterAll
    static void stop_postgresql() {
        postgres.stop();
    }

    @AfterEach
    void stop_the_services() throws InterruptedException {
        for (var process : running) {
            process.destroy();
            assertThat(process.waitFor(75, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void the_api_starts_as_the_compose_file_tells_it_and_turns_healthy() throws Exception {
        int operators = Ports.free();

        int port = startAndAwaitHealthy("api-service", Map.of("MANAGEMENT_SERVER_PORT", Integer.toString(operators)));

        // Kafka is not there: degraded, which is healthy.
        assertThat(Probe.status(URI.create("http://127.0.0.1:" + port + "/livez")))
                .isEqualTo(200);
        // The operators' key was taken from the environment: closed would be 403.
        assertThat(Probe.status(URI.create("http://127.0.0.1:" + operators + "/operator/holds")))
                .isEqualTo(401);
    }

    @Test
    void a_worker_starts_as_the_compose_file_tells_it_and_turns_healthy() throws Exception {
        int port = startAndAwaitHealthy("worker-service", Map.of());

        assertThat(Probe.status(URI.create("http://127.0.0.1:" + port + "/actuator/prometheus")))
                .isEqualTo(200);
    }

    @Test
    void the_simulator_starts_as_its_image_says_and_turns_healthy() throws Exception {
        int port = Ports.free();
        var image = Dockerfile.of("simulator");
        var home = assemble("simulator", image);

        start(home, replaced(image.entrypoint(), "8090", Integer.toString(port)), Map.of());

        awaitHealthy(replaced(image.healthCheck(), "/8090 ", "/" + port + " "), Map.of());
    }

    private int startAndAwaitHealthy(String service, Map<String, String> here) throws Exception {
        int port = Ports.free();
        var image = Dockerfile.of(service);
        var home = assemble(service, image);
        Files.createDirectories(home.resolve("config"));
        Files.writeString(
                home.resolve("config/application.yml"), ComposeFile.interpolated(COMPOSE.settings(), secrets()));
        var environment = environment(service, image);
        environment.putAll(here);
        environment.put("SERVER_PORT", Integer.toString(port));

        start(home, image.entrypoint(), environment);

        awaitHealthy(image.healthCheck(), environment);
        return port;
    }

    /// What the image and the compose file say, with this machine's addresses in the place of the containers'.
    private static Map<String, String> environment(String service, Dockerfile image) {
        var all = new HashMap<>(image.environment());
        COMPOSE.environment(service)
                .forEach((name, value) -> all.put(name, ComposeFile.interpolated(value, secrets())));
        assertThat(all).containsKeys("MILLRACE_ASSET_ROOT", "SPRING_DATASOURCE_URL");
        all.put("MILLRACE_ASSET_ROOT", shared.resolve("assets").toString());
        var nobody = "127.0.0.1:" + Ports.free();
        all.replaceAll((name, value) ->
                value.replace("postgres:5432", "127.0.0.1:" + postgres.port()).replace("kafka:9092", nobody));
        return all;
    }

    private static Map<String, String> secrets() {
        var all = new HashMap<>(ComposeFileTest.SECRETS);
        all.put("POSTGRES_PASSWORD", postgres.password());
        return all;
    }

    /// Does the work of the image's stages.
    private Path assemble(String module, Dockerfile image) throws Exception {
        var stage = Files.createDirectories(folder.resolve("stage"));
        Files.copy(jar(image.copiedFromProject().getFirst()), stage.resolve(image.jar()));
        if (image.extraction().isEmpty()) {
            return stage;
        }
        var extraction = new ArrayList<>(image.extraction());
        extraction.set(0, java());
        var process = new ProcessBuilder(extraction)
                .directory(stage.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("extraction.log").toFile())
                .start();
        assertThat(process.waitFor()).as(module + " is taken apart").isZero();

        var home = Files.createDirectories(folder.resolve("home"));
        for (var layer : image.layers()) {
            assertThat(stage.resolve(layer)).as("a layer of " + module).isDirectory();
            copy(stage.resolve(layer), home);
        }
        assertThat(home.resolve(image.jar())).isRegularFile();
        return home;
    }

    private static Path jar(String pattern) throws IOException {
        var folder = Objects.requireNonNull(ProjectFiles.file(pattern).getParent());
        var name = pattern.substring(pattern.lastIndexOf('/') + 1);
        var matcher = folder.getFileSystem().getPathMatcher("glob:" + name);
        try (var files = Files.list(folder)) {
            var found =
                    files.filter(file -> matcher.matches(file.getFileName())).toList();
            assertThat(found).as("the jar that " + pattern + " means").hasSize(1);
            return found.getFirst();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                var target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    private void start(Path home, List<String> entrypoint, Map<String, String> environment) throws IOException {
        var command = new ArrayList<>(entrypoint);
        command.set(0, java());
        // The image's share is of a container's memory, not of this machine's.
        command.add(1, "-Xmx256m");
        var builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log().toFile());
        builder.environment().clear();
        builder.environment().put("PATH", System.getenv("PATH"));
        builder.environment().putAll(environment);
        running.add(builder.start());
    }

    private Path log() {
        return folder.resolve("service.log");
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static List<String> replaced(List<String> command, String what, String with) {
        return command.stream().map(word -> word.replace(what, with)).toList();
    }

    private void awaitHealthy(List<String> check, Map<String, String> environment) {
        try {
            Awaitility.await("it is healthy")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(200))
                    .failFast(() -> !running.getLast().isAlive())
                    .until(() -> exitCode(check, environment) == 0);
        } catch (ConditionTimeoutException | TerminalFailureException unhealthy) {
            throw new AssertionError("not healthy; its log: " + ProjectFiles.text(log()), unhealthy);
        }
    }

    private static int exitCode(List<String> command, Map<String, String> environment) throws Exception {
        var builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(environment);
        return builder.start().waitFor();
    }
}
