package dev.millrace.api.call;

import dev.millrace.provider.ProviderOutcome;

/// What one try at one target came to.
public sealed interface Tried<T> {

    /// The call is answered, or has begun to be.
    record Won<T>(T value) implements Tried<T> {}

    record Lost<T>(ProviderOutcome outcome) implements Tried<T> {}
}
