package dev.millrace.provider;

import java.nio.charset.StandardCharsets;
import java.util.Set;

/// What the parts of the contract about renders have in common.
abstract class RenderContract extends ContractPart {

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

    /// Makes a render and gives its operation id.
    final String created(String model) {
        var outcome = adapter().create(simulated.target(model), request("a cat"), Set.of(), _ -> true);
        return Outcomes.is(ProviderOutcome.Accepted.class, outcome).operationId();
    }
}
