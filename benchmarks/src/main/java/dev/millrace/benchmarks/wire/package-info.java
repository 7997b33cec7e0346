/// HTTP/1.1 messages read from and written to non-blocking sockets, as cheaply as a load generator and a witness need
/// it.
@NullMarked
package dev.millrace.benchmarks.wire;

import org.jspecify.annotations.NullMarked;
