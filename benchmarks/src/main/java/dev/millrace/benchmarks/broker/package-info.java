/// Kafka in a process of its own, so that what it costs can be told from the rest.
@NullMarked
package dev.millrace.benchmarks.broker;

import org.jspecify.annotations.NullMarked;
