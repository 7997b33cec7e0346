/// Adds up what attempts cost, after their ends are written.
@NullMarked
package dev.millrace.worker.ledger;

import org.jspecify.annotations.NullMarked;
