package dev.millrace.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.benchmarks.passthrough.PassThroughProgram;
import dev.millrace.simulator.SimulatorServer;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Interactive calls of the load generator, against the simulator and through the pass-through.
@DisplayNameGeneration(ReplaceUnderscores.class)
class StreamLoadTest {

    private static final String STREAM = "sim-chat~first-token=60ms~gap=5ms~tokens=20";

    private SimulatorServer simulator;

    @BeforeEach
    void start() throws IOException {
        simulator = SimulatorServer.start(0);
    }

    @AfterEach
    void stop() {
        simulator.close();
    }

    private LoadPlan plan(int port) {
        return LoadPlan.completions(port, List.of(new Sender("sk-load", "")), 8);
    }

    private int port() {
        return URI.create(simulator.baseUrl()).getPort();
    }

    private static LoadResult run(LoadPlan plan) throws IOException {
        try (var loop = new LoadLoop(plan)) {
            loop.run();
            return loop.result();
        }
    }

    @Test
    void the_first_token_of_a_stream_is_timed_apart_from_its_end() throws IOException {
        var result = run(plan(port()).withModel("stream", STREAM).forCount(24));

        assertThat(result.accepted()).as(result.firstError()).isEqualTo(24);
        assertThat(result.firstToken().count()).isEqualTo(24);
        assertThat(result.firstToken().p50()).isGreaterThanOrEqualTo(59);
        assertThat(result.latency().p50() - result.firstToken().p50())
                .as("19 gaps of 5 ms follow")
                .isGreaterThan(70);
        assertThat(result.events()).isGreaterThanOrEqualTo(24 * 20);
    }

    @Test
    void a_stream_that_ends_without_its_marker_is_cut_and_not_accepted() throws IOException {
        var result = run(plan(port()).withModel("stream", STREAM + "~no-done").forCount(8));

        assertThat(result.cut()).isEqualTo(8);
        assertThat(result.accepted()).isZero();
    }

    @Test
    void a_stream_whose_connection_breaks_is_broken() throws IOException {
        var result = run(plan(port()).withModel("stream", STREAM + "~cut=3").forCount(8));

        assertThat(result.broken()).isEqualTo(8);
        assertThat(result.accepted()).isZero();
    }

    @Test
    void a_refusal_that_names_no_wait_is_noticed() throws IOException {
        assertThat(run(plan(port()).withModel("stream", "sim-chat~status=429").forCount(3))
                        .unhinted())
                .isEqualTo(3);
        assertThat(run(plan(port())
                                .withModel("completion", "sim-chat~status=429~retry-after=1")
                                .forCount(3))
                        .unhinted())
                .isZero();
    }

    @Test
    void the_pass_through_passes_answers_and_streams_on_as_they_come() throws IOException {
        try (var passThrough = PassThroughProgram.run(0, simulator.baseUrl())) {
            int port =
                    Integer.parseInt(String.valueOf(passThrough.getEnvironment().getProperty("local.server.port")));

            var whole = run(
                    plan(port).withModel("completion", "sim-chat~latency=20ms").forCount(24));
            var streams = run(plan(port).withModel("stream", STREAM).forCount(24));
            var refused = run(
                    plan(port).withModel("completion", "sim-chat~status=500").forCount(1));

            assertThat(whole.accepted()).as(whole.firstError()).isEqualTo(24);
            assertThat(whole.latency().p50()).isGreaterThanOrEqualTo(19);
            assertThat(streams.accepted()).as(streams.firstError()).isEqualTo(24);
            assertThat(streams.latency().p50() - streams.firstToken().p50())
                    .as("it holds no event back")
                    .isGreaterThan(70);
            assertThat(refused.byStatus()).containsEntry(500, 1L);
        }
    }
}
