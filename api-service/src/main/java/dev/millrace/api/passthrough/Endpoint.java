package dev.millrace.api.passthrough;

import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.ProviderType;
import dev.millrace.provider.Target;
import dev.millrace.routing.ModelKind;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/// What an endpoint has of its own.
///
/// @param kind of the models that it is for
/// @param brings what its calls bring, in the plural and for a sentence: `embeddings`
/// @param ways how each type of provider is asked; empty where its wire format has nothing for such a call
public record Endpoint(
        String path,
        ModelKind kind,
        String brings,
        Supplier<BodyScan> scans,
        Function<ProviderType, Optional<Way>> ways) {

    /// Asks a provider, in its wire format.
    public interface Way {

        /// @param body as it came
        /// @param model the name that the caller used
        /// @param mayDrop parameters that may be left out where the target does not have them
        ProviderOutcome ask(Target target, byte[] body, String model, Set<String> mayDrop);
    }
}
