/// Keeps this worker's heartbeat and takes back the jobs of dead ones.
@NullMarked
package dev.millrace.worker.lease;

import org.jspecify.annotations.NullMarked;
