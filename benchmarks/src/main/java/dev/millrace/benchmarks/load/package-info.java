/// The load generator: a process that submits jobs in a closed or an open loop and counts every answer.
@NullMarked
package dev.millrace.benchmarks.load;

import org.jspecify.annotations.NullMarked;
