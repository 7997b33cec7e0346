package dev.millrace.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class SimulatorProgramTest {

    @Test
    void it_says_where_it_listens_and_answers_there() throws Exception {
        Process program = start("--port", "0");
        try (var out = new BufferedReader(new InputStreamReader(program.getInputStream(), StandardCharsets.UTF_8))) {
            String line = out.readLine();
            assertThat(line).matches("simulator listening on http://127\\.0\\.0\\.1:[0-9]+");

            URI health = URI.create(line.substring(line.indexOf("http")) + "/sim/health");
            try (HttpClient http = HttpClient.newHttpClient()) {
                assertThat(http.send(HttpRequest.newBuilder(health).build(), HttpResponse.BodyHandlers.ofString())
                                .body())
                        .isEqualTo("{\"status\":\"up\"}");
            }
        } finally {
            program.destroy();
        }
    }

    @Test
    void a_taken_port_is_one_clear_sentence_and_a_failure() throws Exception {
        try (SimulatorServer other = SimulatorServer.start(0)) {
            Process program = start("--port", Integer.toString(other.port()));

            assertThat(program.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(program.exitValue()).isEqualTo(2);
            assertThat(new String(program.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("simulator: port " + other.port()
                            + " on 127.0.0.1 is taken or not to be had; choose another with --port\n");
        }
    }

    @Test
    void an_unknown_option_is_refused() throws Exception {
        Process program = start("--prot", "1");

        assertThat(program.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(program.exitValue()).isEqualTo(2);
        assertThat(new String(program.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("--prot");
    }

    private static Process start(String... options) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Simulator.class.getName()));
        command.addAll(List.of(options));
        return new ProcessBuilder(command).start();
    }
}
