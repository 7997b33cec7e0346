package dev.millrace.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.quickstart.platform.FakeServices;
import dev.millrace.quickstart.platform.RunFile;
import dev.millrace.quickstart.process.Signals;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The command in a process of its own, with stand-ins for the services.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class UpCommandIT {

    @TempDir
    static Path project;

    @TempDir
    Path folder;

    Path data;
    final List<Process> running = new ArrayList<>();

    @BeforeAll
    static void lay_out() throws IOException {
        FakeServices.in(project);
    }

    @BeforeEach
    void choose_a_folder() {
        data = folder.resolve("data");
    }

    @AfterEach
    void leave_nothing_behind() throws Exception {
        for (var process : running) {
            process.destroy();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void it_says_all_that_a_first_call_needs() throws Exception {
        var up = up(Map.of());
        var said = up.until("Ctrl-C stops it.");

        var url = RunFile.in(data).read().orElseThrow().baseUrl();
        assertThat(said)
                .anyMatch(line -> line.startsWith("Provider: the simulator, since no key is set"))
                .anyMatch(line -> line.matches("  API +" + url))
                .anyMatch(line -> line.matches("  API key +mr_[0-9]+"))
                .anyMatch(line -> line.startsWith("export MILLRACE_URL=" + url + " MILLRACE_API_KEY=mr_"))
                .anyMatch(line -> line.matches("  data and logs +" + data + " .*fsync is on.*"))
                .anyMatch(line -> line.startsWith("  PostgreSQL     ready after"))
                .anyMatch(line -> line.startsWith("  worker-1       ready after"));
        var toPaste = said.subList(said.indexOf("Try it, in another terminal:") + 1, said.indexOf("Ctrl-C stops it."));
        assertThat(toPaste).filteredOn(line -> line.startsWith("curl ")).hasSize(4);
        assertThat(new ProcessBuilder("bash", "-n", "-c", String.join("\n", toPaste))
                        .inheritIO()
                        .start()
                        .waitFor())
                .as("a shell understands it")
                .isZero();
    }

    @Test
    void a_clean_stop_leaves_the_data_and_no_process() throws Exception {
        var up = up(Map.of());
        var key = keyIn(up.until("Ctrl-C stops it."));
        var run = RunFile.in(data).read().orElseThrow();
        // A terminal's Ctrl-C reaches every process of the session's foreground: the services must hear of it from us.
        for (long child : run.children()) {
            assertThat(sessionOf(child)).as("the session of a service").isEqualTo(child);
        }

        // Process.destroy() would close the stream that its last words come through.
        Signals.TERM.sendTo(up.process().pid());

        assertThat(up.rest()).anyMatch(line -> line.equals("Stopped. The data is kept in " + data));
        assertThat(run.children())
                .hasSize(3)
                .allMatch(pid -> ProcessHandle.of(pid).isEmpty());
        assertThat(data.resolve("postgres/postmaster.pid")).doesNotExist();
        assertThat(data.resolve("run.json")).doesNotExist();

        assertThat(keyIn(up(Map.of()).until("Ctrl-C stops it."))).isEqualTo(key);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("secrets/demo.json"))))
                .isEqualTo("rw-------");
    }

    /// @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html">proc_pid_stat(5)</a>
    private static long sessionOf(long pid) throws IOException {
        var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        // The name, which is in parentheses, may hold anything; after it come state, parent, group and session.
        var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 5);
        return Long.parseLong(fields[3]);
    }

    @Test
    void after_a_kill_the_next_start_works() throws Exception {
        var up = up(Map.of());
        up.until("Ctrl-C stops it.");
        var run = RunFile.in(data).read().orElseThrow();
        up.process().destroyForcibly().waitFor();
        assertThat(run.children()).allMatch(pid -> ProcessHandle.of(pid).isPresent());

        up(Map.of()).until("Ctrl-C stops it.");

        assertThat(run.children()).noneMatch(pid -> ProcessHandle.of(pid).isPresent());
    }

    @Test
    void a_second_one_on_the_same_folder_says_one_sentence_and_ends() throws Exception {
        up(Map.of()).until("Ctrl-C stops it.");

        var second = up(Map.of());

        assertThat(second.rest().getLast())
                .startsWith("millrace: Another Millrace (pid ")
                .contains(data.toString());
        assertThat(second.process().waitFor()).isEqualTo(1);
    }

    @Test
    void a_service_that_dies_is_started_again() throws Exception {
        var up = up(Map.of());
        up.until("Ctrl-C stops it.");
        var before = RunFile.in(data).read().orElseThrow().children();

        Signals.KILL.sendTo(before.getLast());

        assertThat(up.until("worker-1 is ready again"))
                .anyMatch(line -> line.startsWith("worker-1 ended by itself and is started again"));
        assertThat(RunFile.in(data).read().orElseThrow().children()).hasSize(3).isNotEqualTo(before);
    }

    @Test
    void a_service_that_keeps_dying_ends_everything_with_a_reason() throws Exception {
        var up = up(Map.of());
        up.until("Ctrl-C stops it.");
        for (int death = 1; death <= 5; death++) {
            Signals.KILL.sendTo(RunFile.in(data).read().orElseThrow().children().getLast());
            if (death < 5) {
                up.until("worker-1 is ready again");
            }
        }

        assertThat(up.rest())
                .anyMatch(line -> line.startsWith("millrace: worker-1 ended 5 times within 120 s; its log is in "))
                .anyMatch(line -> line.startsWith("Stopped."));
        assertThat(up.process().waitFor()).isEqualTo(1);
    }

    @Test
    void a_configured_provider_is_named_in_the_first_lines() throws Exception {
        var up = up(Map.of("VECTOR_API_KEY", "canary-secret", "VECTOR_BASE_URL", "http://127.0.0.1:9/v1"));
        var said = up.until("Ctrl-C stops it.");

        assertThat(said.get(1)).startsWith("Provider: vector-engine, with the key from the environment or .env");
        assertThat(said).noneMatch(line -> line.contains("canary"));
        assertThat(Files.readString(data.resolve("quickstart.yml")))
                .contains("\"vector-engine\"", "${VECTOR_API_KEY}")
                .doesNotContain("canary");
        assertThat(Files.readString(data.resolve("logs/worker-1.log"))).contains("VECTOR_API_KEY=canary-secret");
    }

    @Test
    void a_key_is_made_and_holds_are_shown_and_resolved_in_the_running_platform() throws Exception {
        up(Map.of()).until("Ctrl-C stops it.");

        assertThat(run("key", "create", "--name", "mine", "--data", data.toString())
                        .rest())
                .anyMatch(line -> line.matches("API key +mr_[0-9]+"))
                .anyMatch(line -> line.matches("webhook secret +whsec_MQ=="));
        assertThat(run("hold", "list", "--data", data.toString()).rest())
                .contains(
                        "job_1",
                        "    project  project_1",
                        "    attempt  1, at simulator/sim-video for sim-video",
                        "    asked    at 1970-01-01T00:01:00Z, as the provider's request req_7",
                        "    held     since 1970-01-01T00:00:00Z: create_unknown");
        assertThat(run("hold", "resolve", "job_1", "made", "op_7", "--data", data.toString())
                        .rest())
                .containsExactly("job_1 goes on with the operation op_7.");
        assertThat(run("hold", "resolve", "job_1", "not-made", "--data", data.toString())
                        .rest())
                .containsExactly("job_1 is tried again.");
        assertThat(run("hold", "resolve", "job_1", "give-up", "--data", data.toString())
                        .rest())
                .containsExactly("job_1 is given up.");
        assertThat(Files.readAllLines(data.resolve("logs/api-service.log")))
                .filteredOn(line -> line.startsWith("POST /operator/holds/job_1/resolve "))
                .satisfiesExactly(
                        made -> assertThat(made).contains("\"made\"", "\"operation_id\":\"op_7\""),
                        notMade -> assertThat(notMade).endsWith("{\"resolution\":\"not_made\"}"),
                        givenUp -> assertThat(givenUp).endsWith("{\"resolution\":\"give_up\"}"));
        var refused = run(Map.of("MILLRACE_OPERATOR_KEY", "mop_wrong"), "hold", "list", "--data", data.toString());
        assertThat(refused.rest().getLast()).endsWith("does not accept this operator key.");
        assertThat(refused.process().waitFor()).isEqualTo(1);
    }

    @Test
    void commands_say_so_when_nothing_runs() throws Exception {
        var nothing = run("hold", "list", "--data", data.toString());
        assertThat(nothing.rest()).hasSize(1).first().asString().startsWith("millrace: No Millrace runs on " + data);
        assertThat(nothing.process().waitFor()).isEqualTo(1);

        var up = up(Map.of());
        up.until("Ctrl-C stops it.");
        var run = RunFile.in(data).read().orElseThrow();
        up.process().destroyForcibly().waitFor();
        run.children().forEach(Signals.KILL::sendTo);

        assertThat(run("key", "create", "--data", data.toString()).rest())
                .hasSize(1)
                .first()
                .asString()
                .startsWith("millrace: Millrace does not answer at " + run.operatorUrl());
        // Ends the database that the killed run left behind.
        up(Map.of()).until("Ctrl-C stops it.");
    }

    private record Command(Process process, BufferedReader output) {

        List<String> until(String last) throws IOException {
            var lines = new ArrayList<String>();
            String line;
            while ((line = output.readLine()) != null) {
                lines.add(line);
                if (line.equals(last)) {
                    return lines;
                }
            }
            throw new AssertionError("It ended without saying \"" + last + "\":\n" + String.join("\n", lines));
        }

        List<String> rest() {
            return output.lines().toList();
        }
    }

    private Command up(Map<String, String> environment) throws IOException {
        return run(environment, "up", "--free-ports", "--data", data.toString());
    }

    private Command run(String... words) throws IOException {
        return run(Map.of(), words);
    }

    private Command run(Map<String, String> environment, String... words) throws IOException {
        // The canaries of the tests' own environment would be configured providers here.
        var process = OtherJvm.startWithout(
                List.of("VECTOR_API_KEY", "VECTOR_BASE_URL", "OPENAI_API_KEY"),
                List.of("-Dmillrace.home=" + project, "-Dlogback.configurationFile=logback-quickstart.xml"),
                Quickstart.class,
                environment,
                words);
        running.add(process);
        return new Command(process, process.inputReader(StandardCharsets.UTF_8));
    }

    private static String keyIn(List<String> said) {
        return said.stream()
                .filter(line -> line.startsWith("  API key"))
                .findFirst()
                .orElseThrow()
                .strip();
    }
}
