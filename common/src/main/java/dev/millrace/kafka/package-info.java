/// Kafka as this platform uses it: topics that are made again, and publishing that nobody waits for.
@NullMarked
package dev.millrace.kafka;

import org.jspecify.annotations.NullMarked;
