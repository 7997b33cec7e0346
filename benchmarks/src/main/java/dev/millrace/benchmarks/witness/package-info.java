/// The receiver of webhooks: a process that counts what it is told, each job once, and checks signatures.
@NullMarked
package dev.millrace.benchmarks.witness;

import org.jspecify.annotations.NullMarked;
