/// Takes tokens from Kafka, each of which becomes a claimed job or nothing, and picks up what Kafka did not bring.
@NullMarked
package dev.millrace.worker.intake;

import org.jspecify.annotations.NullMarked;
