/// How the harness talks to its own processes, and how these notice that it has gone.
@NullMarked
package dev.millrace.benchmarks.control;

import org.jspecify.annotations.NullMarked;
