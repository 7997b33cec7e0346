package dev.millrace.api.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.SimulatedApi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/// The `openai` packages of PyPI and npm, where Python and Node are on this machine.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ForeignSdkTest {

    private static final String PYTHON = "3.22.1";
    private static final String NODE = "openai@7.57.0";

    /// Installing takes longest, and one does not wait for the other, nor for the service.
    private static final CompletableFuture<Toolchain.Home> python = Toolchain.python(PYTHON);
    private static final CompletableFuture<Toolchain.Home> node = Toolchain.node(NODE);

    private static final SimulatedApi api = SdkRoutes.start();

    @AfterAll
    static void stop() {
        api.close();
    }

    /// As the user of the gateway has them in his `.env`.
    private static Map<String, String> environment() {
        return Map.of(
                "VECTOR_BASE_URL",
                "http://127.0.0.1:" + api.api().port() + "/v1",
                "VECTOR_API_KEY",
                api.api().newProject().apiKey());
    }

    @Test
    void the_program_of_a_gateways_user_runs_with_another_address_and_key_and_nothing_else() {
        var interpreter = python.join().orSkip();

        var run = Toolchain.run(
                environment(),
                interpreter.toString(),
                Toolchain.program("origin.py").toString());

        assertThat(run.exit()).as(run.output()).isZero();
        assertThat(run.output())
                .contains("[gpt-5.2-preview]", "[gemini-3.0-pro]", "first token after")
                .doesNotContain("failed");
        assertThat(api.lastBody("gpt-5.2-preview-1").has("temperature")).isFalse();
        assertThat(api.lastBody("gemini-3.0-pro-1")
                        .at("/generationConfig/temperature")
                        .asDouble())
                .isEqualTo(0.7);
    }

    @Test
    void the_python_sdk_gets_what_it_expects() {
        var interpreter = python.join().orSkip();

        var run = Toolchain.run(
                environment(),
                interpreter.toString(),
                Toolchain.program("surface.py").toString());

        assertThat(run.exit()).as(run.output()).isZero();
        assertThat(run.output()).endsWith("all is as expected\n");
    }

    @Test
    void the_node_sdk_gets_what_it_expects() throws IOException {
        var program = node.join().orSkip().resolve("surface.mjs");
        Files.copy(Toolchain.program("surface.mjs"), program, StandardCopyOption.REPLACE_EXISTING);

        var run = Toolchain.run(environment(), "node", program.toString());

        assertThat(run.exit()).as(run.output()).isZero();
        assertThat(run.output()).endsWith("all is as expected\n");
    }
}
