/// The load generator: a process that submits jobs or makes calls, in a closed or an open loop, and counts every
/// answer.
@NullMarked
package dev.millrace.benchmarks.load;

import org.jspecify.annotations.NullMarked;
