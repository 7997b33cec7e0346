package dev.millrace.provider;

import static org.assertj.core.api.Assertions.assertThat;

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

    final void wasAskedOnce(String operation) {
        assertThat(simulated.requests(operation)).hasSize(1);
    }
}
