/// Kafka as this platform uses it: topics that are made again, publishing that nobody waits for, and topics that every
/// process reads.
@NullMarked
package dev.millrace.kafka;

import org.jspecify.annotations.NullMarked;
