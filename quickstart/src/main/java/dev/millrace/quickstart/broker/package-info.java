/// A real single-node Kafka broker in this JVM, with its data in a folder that outlives it.
@NullMarked
package dev.millrace.quickstart.broker;

import org.jspecify.annotations.NullMarked;
