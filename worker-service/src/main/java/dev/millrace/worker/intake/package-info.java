/// Takes tokens from Kafka; each becomes a claimed job or nothing.
@NullMarked
package dev.millrace.worker.intake;

import org.jspecify.annotations.NullMarked;
