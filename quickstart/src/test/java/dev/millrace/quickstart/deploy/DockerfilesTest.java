package dev.millrace.quickstart.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.simulator.SimulatorServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/// No engine is needed: what the Dockerfiles say is held against the project, and their health checks are run.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class DockerfilesTest {

    private final List<HttpServer> servers = new ArrayList<>();

    @AfterEach
    void stop_the_servers() {
        servers.forEach(server -> server.stop(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"api-service", "worker-service", "simulator"})
    void every_stage_runs_on_the_java_that_the_project_is_built_for(String module) {
        var java = ProjectFiles.text("pom.xml").replaceAll("(?s).*<java.version>(\\d+)</java.version>.*", "$1");
        assertThat(Dockerfile.of(module).all("FROM"))
                .isNotEmpty()
                .allMatch(image -> image.replace(" AS jar", "").equals("eclipse-temurin:" + java + "-jre"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"api-service", "worker-service", "simulator"})
    void the_process_is_nobody_special_and_starts_the_jar_that_was_copied(String module) {
        var file = Dockerfile.of(module);

        assertThat(file.only("USER")).isEqualTo("10001:10001");
        assertThat(file.all("RUN").getLast()).contains("--gid 10001").contains("--uid 10001");
        assertThat(file.copiedFromProject()).containsExactly(module + "/target/" + module + "-*-exec.jar");
        assertThat(file.entrypoint()).startsWith("java").containsSequence("-jar", file.jar());
    }

    @ParameterizedTest
    @ValueSource(strings = {"api-service", "worker-service", "simulator"})
    void the_jvm_takes_the_options_that_it_is_started_with(String module) throws Exception {
        var options = Dockerfile.of(module).entrypoint();
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options.subList(1, options.indexOf("-jar")));
        command.add("-version");

        assertThat(exitCode(command, Map.of())).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"api-service", "worker-service"})
    void the_ports_are_those_that_the_service_has_by_default(String module) {
        var ports = new ArrayList<String>();
        Map<String, Object> settings =
                new Yaml().load(ProjectFiles.text(module + "/src/main/resources/application.yml"));
        ports.add(String.valueOf(ComposeFile.map(settings.get("server")).get("port")));
        if (settings.containsKey("management")) {
            var management = ComposeFile.map(settings.get("management"));
            ports.add(String.valueOf(ComposeFile.map(management.get("server")).get("port")));
        }

        assertThat(Dockerfile.of(module).only("EXPOSE").split(" ")).containsExactlyElementsOf(ports);
        assertThat(String.join(" ", Dockerfile.of(module).healthCheck()))
                .contains("${SERVER_PORT:-" + ports.getFirst() + "}");
    }

    @Test
    void the_simulator_listens_where_its_image_says() {
        var port = Dockerfile.of("simulator").only("EXPOSE");
        assertThat(Dockerfile.of("simulator").entrypoint()).endsWith("--host", "0.0.0.0", "--port", port);
        assertThat(String.join(" ", Dockerfile.of("simulator").healthCheck())).contains("/127.0.0.1/" + port + " ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"api-service", "worker-service"})
    void a_service_is_healthy_when_it_says_that_it_is_ready_and_not_otherwise(String module) throws Exception {
        var check = Dockerfile.of(module).healthCheck();

        assertThat(exitCode(check, Map.of("SERVER_PORT", server("/readyz", 200))))
                .isZero();
        assertThat(exitCode(check, Map.of("SERVER_PORT", server("/readyz", 503))))
                .isNotZero();
        assertThat(exitCode(check, Map.of("SERVER_PORT", server("/elsewhere", 200))))
                .isNotZero();
        assertThat(exitCode(check, Map.of("SERVER_PORT", closedPort()))).isNotZero();
    }

    @Test
    void the_simulator_is_healthy_when_it_answers_and_not_otherwise() throws Exception {
        try (var simulator = SimulatorServer.start(0)) {
            int port = URI.create(simulator.baseUrl()).getPort();
            assertThat(exitCode(simulatorCheck(Integer.toString(port)), Map.of()))
                    .isZero();
        }
        assertThat(exitCode(simulatorCheck(closedPort()), Map.of())).isNotZero();
        assertThat(exitCode(simulatorCheck(server("/sim/health", 500)), Map.of()))
                .isNotZero();
    }

    private static List<String> simulatorCheck(String port) {
        return Dockerfile.of("simulator").healthCheck().stream()
                .map(word -> word.replace("/127.0.0.1/8090 ", "/127.0.0.1/" + port + " "))
                .toList();
    }

    /// A server that answers `path` with that status, and everything else with 404.
    private String server(String path, int status) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(exchange.getRequestURI().getPath().equals(path) ? status : 404, -1);
            exchange.close();
        });
        server.start();
        servers.add(server);
        return Integer.toString(server.getAddress().getPort());
    }

    private String closedPort() throws IOException {
        var port = server("/", 200);
        servers.removeLast().stop(0);
        return port;
    }

    private static int exitCode(List<String> command, Map<String, String> environment) throws Exception {
        var builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(environment);
        var process = builder.start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    @ParameterizedTest
    @CsvSource({
        "api-service/target/api-service-0.1.0-SNAPSHOT-exec.jar, true",
        "worker-service/target/worker-service-0.1.0-SNAPSHOT-exec.jar, true",
        "simulator/target/simulator-0.1.0-SNAPSHOT-exec.jar, true",
        "api-service/target/api-service-0.1.0-SNAPSHOT.jar, false",
        "api-service/src/main/resources/application.yml, false",
        "quickstart/target/quickstart-0.1.0-SNAPSHOT-exec.jar, false",
        ".env, false",
        ".millrace/up/secrets/secret.key, false",
        ".git/config, false",
        "pom.xml, false"
    })
    void images_are_made_of_the_jars_and_of_nothing_else(String file, boolean sent) {
        assertThat(isSent(file)).isEqualTo(sent);
    }

    @Test
    void each_jar_that_an_image_copies_is_sent_to_the_engine() {
        for (var module : List.of("api-service", "worker-service", "simulator")) {
            assertThat(rules())
                    .containsAll(Dockerfile.of(module).copiedFromProject().stream()
                            .map(copied -> "!" + copied)
                            .toList());
        }
    }

    private static List<String> rules() {
        return ProjectFiles.text(".dockerignore")
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }

    /// As the engine decides: the last rule that fits counts.
    private static boolean isSent(String file) {
        boolean sent = true;
        for (var rule : rules()) {
            boolean back = rule.startsWith("!");
            var pattern = back ? rule.substring(1) : rule;
            if (fits(pattern, Path.of(file))) {
                sent = back;
            }
        }
        return sent;
    }

    /// A rule that fits a folder fits what is in it.
    private static boolean fits(String pattern, Path file) {
        var matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        for (var path = file; path != null; path = path.getParent()) {
            if (matcher.matches(path)) {
                return true;
            }
        }
        return false;
    }
}
