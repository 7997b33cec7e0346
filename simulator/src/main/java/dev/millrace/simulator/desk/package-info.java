/// Takes one request from its first byte to its last: wire format, behaviour, hold and ledger meet here.
@NullMarked
package dev.millrace.simulator.desk;

import org.jspecify.annotations.NullMarked;
