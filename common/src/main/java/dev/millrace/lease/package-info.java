/// Workers' leases: one heartbeat row a worker, and what becomes of the jobs of a worker whose heart has stopped.
@NullMarked
package dev.millrace.lease;

import org.jspecify.annotations.NullMarked;
