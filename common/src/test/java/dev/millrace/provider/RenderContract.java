package dev.millrace.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.function.Function;

/// What the parts of the contract about renders have in common.
abstract class RenderContract extends ContractPart {

    private static final Duration CONNECT = Duration.ofMillis(300);

    RenderContract(Simulated simulated) {
        super(simulated);
    }

    final VideoAdapter adapter() {
        return simulated.format().video(Simulated.HTTP, Simulated.GUARDED);
    }

    static byte[] request(String prompt) {
        return request(prompt, "8", "1280x720");
    }

    static byte[] request(String prompt, String seconds, String size) {
        return Simulated.JSON
                .createObjectNode()
                .put("model", "public")
                .put("prompt", prompt)
                .put("seconds", seconds)
                .put("size", size)
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }

    /// What comes of a call whose connection does not stand within the time that its model gives it, which is far
    /// less than the deadline.
    final <T> T unconnected(Function<Target, T> call) {
        try (var silent = RawServer.start(RawServer.Connection::readToEnd)) {
            long began = System.nanoTime();
            var outcome = call.apply(simulated.unconnected(silent, "sim-video", CONNECT));
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isBetween(CONNECT, Duration.ofSeconds(5));
            return outcome;
        }
    }

    /// Makes a render and gives its operation id.
    final String created(String model) {
        var outcome = adapter().create(simulated.target(model), request("a cat"), Set.of(), _ -> true);
        return Outcomes.is(ProviderOutcome.Accepted.class, outcome).operationId();
    }
}
