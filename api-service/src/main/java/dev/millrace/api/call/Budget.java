package dev.millrace.api.call;

import dev.millrace.api.problem.Problem;
import dev.millrace.api.security.Caller;
import dev.millrace.routing.ModelRoute;
import java.util.Optional;

/// Is asked before a call goes to any provider.
public interface Budget {

    /// For where there is none.
    Budget NONE = (caller, route, estimate) -> Optional.empty();

    /// @param estimate of the prompt, in tokens
    /// @return the refusal, if this call would pass what its project may spend
    Optional<Problem> objection(Caller caller, ModelRoute route, long estimate);
}
