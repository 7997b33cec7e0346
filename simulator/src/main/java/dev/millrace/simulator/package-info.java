/// A provider simulator that runs apart from the platform: wire formats, faults on demand, and a ledger of what it was
/// asked.
@NullMarked
package dev.millrace.simulator;

import org.jspecify.annotations.NullMarked;
