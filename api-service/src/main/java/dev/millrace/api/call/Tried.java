package dev.millrace.api.call;

import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Usage;
import java.util.Optional;

/// What one try at one target came to.
public sealed interface Tried<T> {

    /// The call is answered, or has begun to be.
    record Won<T>(T value) implements Tried<T> {}

    /// @param usage what it used all the same, as far as that is known
    record Lost<T>(ProviderOutcome outcome, Optional<Usage> usage) implements Tried<T> {
        public Lost(ProviderOutcome outcome) {
            this(outcome, Optional.empty());
        }
    }
}
