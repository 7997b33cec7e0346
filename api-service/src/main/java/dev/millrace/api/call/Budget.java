package dev.millrace.api.call;

import dev.millrace.api.problem.Problem;
import java.util.Optional;

/// Is asked before a call goes to any provider.
public interface Budget {

    /// For where there is none.
    Budget NONE = (asked, estimate) -> Optional.empty();

    /// @param estimate of the prompt, in tokens
    /// @return the refusal, if this call would pass what its project may spend
    Optional<Problem> objection(Asked asked, long estimate);

    /// The call has ended, and with it each of its attempts; what was kept for it is free.
    default void over(Asked asked) {}
}
