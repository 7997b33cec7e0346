package dev.millrace.simulator.desk;

import dev.millrace.simulator.behaviour.Behaviour;

/// A request that has been read and can be carried out.
public interface Task {

    /// The model's whole name; of a request about a render, that render's; else empty.
    String model();

    /// The prompt, or the last user message; else empty.
    String prompt();

    /// Whether the request's body has this field at its top, other than null.
    default boolean has(String field) {
        return false;
    }

    /// Does the work, and says what to answer.
    ///
    /// @throws ApiException if the provider refuses
    Answer answer(Behaviour behaviour) throws ApiException;
}
