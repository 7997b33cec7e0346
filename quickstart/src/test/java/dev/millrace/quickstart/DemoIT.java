package dev.millrace.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.quickstart.platform.FakeServices;
import dev.millrace.quickstart.platform.Home;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The demo as somebody runs it who has keys of real providers in the environment and in a `.env` beside.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
// In a thread of its own: reading what a process says can't be interrupted.
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DemoIT {

    private static final String CANARY = "sk-canary-of-a-real-provider";

    @TempDir
    Path folder;

    /// A project of its own with the jars of the real one, so that its data stands apart.
    private Path project() throws IOException {
        var home = Home.find();
        for (var module : List.of("simulator", "api-service", "worker-service")) {
            var jar = home.jar(module);
            var target = Files.createDirectories(
                    folder.resolve("project").resolve(module).resolve("target"));
            Files.createSymbolicLink(target.resolve(jar.getFileName()), jar);
        }
        return folder.resolve("project");
    }

    @Test
    void keys_of_the_environment_and_of_a_dot_env_are_never_used() throws Exception {
        var calls = new AtomicInteger();
        try (var trap = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> count(trap, calls));
            var trapUrl = "http://127.0.0.1:" + trap.getLocalPort() + "/v1";
            var variables = Map.of(
                    "VECTOR_API_KEY", CANARY,
                    "VECTOR_BASE_URL", trapUrl,
                    "OPENAI_API_KEY", CANARY,
                    "OPENAI_BASE_URL", trapUrl,
                    "ANTHROPIC_API_KEY", CANARY,
                    "GEMINI_API_KEY", CANARY,
                    "MILLRACE_PROVIDERS_SIMULATOR_BASE_URL", trapUrl,
                    "MILLRACE_PROVIDERS_SIMULATOR_KEYS", CANARY);
            var place = Files.createDirectories(folder.resolve("place"));
            var lines = new ArrayList<String>();
            variables.forEach((name, value) -> lines.add(name + "=" + value));
            Files.write(place.resolve(".env"), lines);
            var project = project();

            var demo = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "--sun-misc-unsafe-memory-access=allow",
                            "-Xmx256m",
                            "-XX:TieredStopAtLevel=1",
                            "-Dmillrace.home=" + project,
                            "-cp",
                            System.getProperty("java.class.path"),
                            Quickstart.class.getName(),
                            "demo")
                    .directory(place.toFile())
                    .redirectErrorStream(true);
            demo.environment().putAll(variables);
            var process = demo.start();
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(said).isZero();
            assertThat(said).contains("the provider is the simulator").doesNotContain(CANARY);
            assertThat(said)
                    .as("progress, both webhooks, both timelines and the memory")
                    .containsPattern("\\d+\\.\\d\\d s  chat   succeeded")
                    .containsPattern("\\d+\\.\\d\\d s  video  running")
                    .containsPattern("\\d+\\.\\d\\d s  video  succeeded")
                    .containsPattern("webhook chat +job\\.succeeded +msg_[0-9a-f]{32} +signature verified")
                    .containsPattern("webhook video +job\\.succeeded +msg_[0-9a-f]{32} +signature verified")
                    .contains("timeline of the chat job", "memory in MiB");
            assertThat(said.substring(said.indexOf("timeline of the video job")))
                    .containsPattern("\\+\\d+ ms  accepted ")
                    .containsPattern("\\+\\d+ ms  dispatched ")
                    .containsPattern("\\+\\d+ ms  attempt ")
                    .containsPattern("\\+\\d+ ms  parked ")
                    .containsPattern("\\+\\d+ ms  polled +first")
                    .containsPattern("\\+\\d+ ms  stored ")
                    .containsPattern("\\+\\d+ ms  delivery succeeded ");
            assertThat(calls).as("calls to where the keys belong").hasValue(0);
            assertThat(Files.size(project.resolve(".millrace/demo/video.mp4"))).isPositive();
            try (var kept = Files.walk(project.resolve(".millrace/demo"))) {
                assertThat(kept.filter(Files::isRegularFile))
                        .allSatisfy(file -> assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                                .doesNotContain(CANARY)
                                .doesNotContain(trapUrl));
            }
        }
    }

    @Test
    void it_ends_with_a_reason_where_a_job_comes_to_nothing() throws Exception {
        FakeServices.in(folder);

        var demo = OtherJvm.startWithout(
                List.of(),
                List.of("-Dmillrace.home=" + folder, "-Dlogback.configurationFile=logback-quickstart.xml"),
                Quickstart.class,
                Map.of(),
                "demo");
        var said = new String(demo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(demo.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(demo.exitValue()).as(said).isEqualTo(1);
        assertThat(said.lines())
                .filteredOn(line -> line.startsWith("millrace: "))
                .containsExactly(
                        "millrace: The chat job project_1 ended as failed (upstream_error: No luck.); the logs are in "
                                + folder.resolve(".millrace/demo/logs") + ".");
        assertThat(said).doesNotContain("Done in").doesNotContain("\tat ");
    }

    private static void count(ServerSocket trap, AtomicInteger calls) {
        while (true) {
            try {
                trap.accept().close();
                calls.incrementAndGet();
            } catch (IOException closed) {
                return;
            }
        }
    }
}
