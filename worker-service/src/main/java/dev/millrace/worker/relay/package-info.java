/// Publishes what the backlog holds, as the lanes have room.
@NullMarked
package dev.millrace.worker.relay;

import org.jspecify.annotations.NullMarked;
