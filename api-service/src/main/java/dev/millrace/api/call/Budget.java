package dev.millrace.api.call;

import dev.millrace.api.problem.Problem;
import java.util.Optional;

/// Is asked before a call goes to any provider.
public interface Budget {

    /// For where there is none.
    Budget NONE = asked -> Optional.empty();

    /// @return the refusal, if this call would pass what its project may spend
    Optional<Problem> objection(Asked asked);

    /// The call has ended, and with it each of its attempts; what was kept for it is free.
    default void over(Asked asked) {}
}
