package dev.millrace.api.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.simulator.SimulatorServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/// Anthropic's and Google's own packages of npm as judges of the simulator that all others are tested against, where
/// Node is on this machine.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ProviderSdkTest {

    private static final String ANTHROPIC = "@anthropic-ai/sdk@1.12.0";
    private static final String GOOGLE = "@google/genai@3.1.0";

    @Test
    void the_providers_own_node_sdks_get_from_the_simulator_what_they_expect() throws IOException {
        var home = Toolchain.node(ANTHROPIC, GOOGLE).join().orSkip();
        var program = home.resolve("providers.mjs");
        Files.copy(Toolchain.program("providers.mjs"), program, StandardCopyOption.REPLACE_EXISTING);

        try (var simulator = SimulatorServer.start(0)) {
            var run = Toolchain.run(Map.of("SIMULATOR_URL", simulator.providerUrl("node")), "node", program.toString());

            assertThat(run.exit()).as(run.output()).isZero();
            assertThat(run.output()).endsWith("all is as expected\n");
        }
    }
}
