package dev.millrace.simulator;

import com.google.genai.Client;
import com.google.genai.types.GenerateVideosOperation;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/// Videos under way, as Google's own SDK asks for them.
final class GoogleOperations {

    private GoogleOperations() {}

    static GenerateVideosOperation awaitDone(Client client, GenerateVideosOperation started) {
        AtomicReference<GenerateVideosOperation> last = new AtomicReference<>(started);
        SimulatorFixture.await("it is done", () -> {
            last.set(client.operations.getVideosOperation(Objects.requireNonNull(last.get()), null));
            return Objects.requireNonNull(last.get()).done().orElse(false);
        });
        return Objects.requireNonNull(last.get());
    }
}
