package dev.millrace.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Set;

/// A part of the contract: what an adapter promises of one sort of call, held against the simulator.
abstract class ContractPart {

    final Simulated simulated;

    ContractPart(Simulated simulated) {
        this.simulated = simulated;
    }

    /// A failure that was told with an answer says of which.
    final void answered(Failure failure, int status) {
        assertThat(failure.httpStatus()).hasValue(status);
        if (simulated.format().namesRequests()) {
            assertThat(failure.requestId())
                    .hasValueSatisfying(id -> assertThat(id).startsWith("req_"));
        }
    }

    /// A target whose model does not take `seed`.
    static Target picky(Target target) {
        return new Target(
                target.provider(),
                target.baseUrl(),
                target.model(),
                target.key(),
                target.deadline(),
                new Traits(Set.of(), Set.of("seed"), Optional.empty(), 0));
    }

    final void wasAskedOnce(String operation) {
        assertThat(simulated.requests(operation)).hasSize(1);
    }
}
