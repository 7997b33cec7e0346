/// A small blocking HTTP/1.1 server that gives its handler the raw connection, so that faults can be exact.
@NullMarked
package dev.millrace.simulator.http;

import org.jspecify.annotations.NullMarked;
