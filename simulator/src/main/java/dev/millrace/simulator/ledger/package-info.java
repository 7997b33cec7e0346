/// What the simulator was asked: every request as received and answered, and exact counts.
@NullMarked
package dev.millrace.simulator.ledger;

import org.jspecify.annotations.NullMarked;
