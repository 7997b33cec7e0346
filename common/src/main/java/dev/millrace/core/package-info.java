/// Wires the platform's core for a service, and starts it.
@NullMarked
package dev.millrace.core;

import org.jspecify.annotations.NullMarked;
