package dev.millrace.quickstart.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ServiceProcessTest {

    /// Answers 200 on a port, prints its environment and directory, and ends by itself only when told to.
    public static final class Program {
        public static void main(String[] arguments) throws IOException {
            System.out.println("directory=" + Path.of("").toAbsolutePath());
            System.out.println("environment=" + System.getenv());
            System.out.println("heap=" + Runtime.getRuntime().maxMemory());
            if (arguments[0].equals("fail")) {
                System.out.println("the last words");
                System.exit(3);
            }
            Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("stopped cleanly")));
            var server = HttpServer.create(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0])), 10);
            server.createContext("/readyz", exchange -> {
                exchange.sendResponseHeaders(200, -1);
                exchange.close();
            });
            server.start();
        }
    }

    @TempDir
    Path folder;

    private final int port = Ports.free();
    private final URI ready = URI.create("http://127.0.0.1:" + port + "/readyz");
    private final List<ServiceProcess> started = new ArrayList<>();
    private Path jar;

    @BeforeEach
    void package_the_program() throws IOException {
        jar = folder.resolve("program with a space.jar");
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Program.class.getName());
        try (OutputStream file = Files.newOutputStream(jar);
                var out = new JarOutputStream(file, manifest)) {
            var name = Program.class.getName().replace('.', '/') + ".class";
            out.putNextEntry(new JarEntry(name));
            try (var bytes = Program.class.getClassLoader().getResourceAsStream(name)) {
                bytes.transferTo(out);
            }
        }
    }

    @AfterEach
    void leave_nothing_behind() {
        started.forEach(ServiceProcess::close);
    }

    @Test
    void it_is_ready_when_it_answers() {
        var program = start(Integer.toString(port));
        program.awaitReady(ready, Duration.ofSeconds(30));
        assertThat(program.isAlive()).isTrue();
    }

    @Test
    void asked_to_stop_it_stops_by_itself() throws IOException {
        var program = start(Integer.toString(port));
        program.awaitReady(ready, Duration.ofSeconds(30));

        assertThat(program.terminate()).isTrue();

        assertThat(Files.readString(program.log())).contains("stopped cleanly");
        assertThat(program.exitCode()).contains(128 + 15);
    }

    @Test
    void killed_it_has_no_time_for_anything() throws IOException {
        var program = start(Integer.toString(port));
        program.awaitReady(ready, Duration.ofSeconds(30));

        program.kill();

        assertThat(program.isAlive()).isFalse();
        assertThat(Files.readString(program.log())).doesNotContain("stopped cleanly");
        assertThat(program.exitCode()).contains(128 + 9);
    }

    @Test
    void frozen_it_answers_nothing_and_woken_it_goes_on() {
        var program = start(Integer.toString(port));
        program.awaitReady(ready, Duration.ofSeconds(30));

        program.freeze();
        assertThat(Probe.status(ready)).isZero();
        assertThat(program.isAlive()).isTrue();

        program.resume();
        assertThat(Probe.status(ready)).isEqualTo(200);
    }

    @Test
    void a_frozen_program_can_be_asked_to_stop() {
        var program = start(Integer.toString(port));
        program.awaitReady(ready, Duration.ofSeconds(30));
        program.freeze();

        assertThat(program.terminate()).isTrue();
    }

    @Test
    void it_can_be_started_again() {
        var program = start(Integer.toString(port));
        program.awaitReady(ready, Duration.ofSeconds(30));
        long first = program.pid();
        program.kill();

        program.start();
        program.awaitReady(ready, Duration.ofSeconds(30));

        assertThat(program.pid()).isNotEqualTo(first);
    }

    @Test
    void a_program_that_ends_before_it_is_ready_is_reported_with_its_last_words() {
        var program = start("fail");
        assertThatThrownBy(() -> program.awaitReady(ready, Duration.ofSeconds(30)))
                .isInstanceOf(CannotContinue.class)
                .hasMessageContaining("program ended before it was ready (exit code 3)")
                .hasMessageContaining("the last words");
    }

    @Test
    void an_end_that_nobody_asked_for_is_told() throws InterruptedException {
        var told = new CountDownLatch(1);
        var program = builder(Integer.toString(port))
                .onUnexpectedExit(ended -> told.countDown())
                .build();
        started.add(program);
        program.start();
        program.awaitReady(ready, Duration.ofSeconds(30));

        Signals.KILL.sendTo(program.pid());

        assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void an_end_that_was_asked_for_is_not_told() {
        var told = new CountDownLatch(1);
        var program = builder(Integer.toString(port))
                .onUnexpectedExit(ended -> told.countDown())
                .build();
        started.add(program);
        program.start();
        program.awaitReady(ready, Duration.ofSeconds(30));

        program.terminate();
        // The listener runs on the thread that completes this future, before or after us; a second program's end
        // that is told shows that there was time.
        var second = start("fail");
        await().until(() -> !second.isAlive());

        assertThat(told.getCount()).isEqualTo(1);
    }

    @Test
    void it_sees_what_it_was_given_and_none_of_our_other_variables() throws IOException {
        var program = builder("fail").env("MILLRACE_SECRET_KEY", "given").build();
        started.add(program);
        program.start();
        assertThat(program.awaitExit(Duration.ofSeconds(30))).isTrue();

        var output = Files.readString(program.log());
        var environment = output.lines()
                .filter(line -> line.startsWith("environment="))
                .findFirst()
                .orElseThrow();
        assertThat(environment).contains("MILLRACE_SECRET_KEY=given", "PATH=");
        System.getenv().keySet().stream()
                .filter(name -> !Environment.harmless().containsKey(name))
                .forEach(name -> assertThat(environment).doesNotContain(name + "="));
        assertThat(output).contains("directory=" + folder.resolve("work"));
    }

    @Test
    void its_heap_is_limited() throws IOException {
        var program = builder("fail").heap("64m").build();
        started.add(program);
        program.start();
        assertThat(program.awaitExit(Duration.ofSeconds(30))).isTrue();
        assertThat(Files.readString(program.log())).contains("heap=" + 64 * 1024 * 1024);
    }

    @Test
    void it_is_measured() {
        var program = start(Integer.toString(port));
        program.awaitReady(ready, Duration.ofSeconds(30));

        var usage = program.usage();

        assertThat(usage.cpuSeconds()).isBetween(0.01, 60.0);
        assertThat(usage.residentBytes()).isBetween(5_000_000L, 500_000_000L);
        assertThat(usage.peakBytes()).isGreaterThan(5_000_000L);
    }

    @Test
    void it_is_found_again_by_its_command_line_and_nothing_else_is() {
        var program = start(Integer.toString(port));
        assertThat(Orphans.find(program.pid(), jar.toString())).isPresent();
        assertThat(Orphans.find(program.pid(), "/another/program.jar")).isEmpty();
        assertThat(Orphans.find(ProcessHandle.current().pid(), jar.toString())).isEmpty();
    }

    private ServiceProcess start(String argument) {
        var program = builder(argument).build();
        started.add(program);
        program.start();
        return program;
    }

    private ServiceProcessBuilder builder(String argument) {
        return ServiceProcess.of("program", jar)
                .heap("64m")
                .workingDirectory(folder.resolve("work"))
                .log(folder.resolve("program.log"))
                .args(argument);
    }
}
