/// What the machine is, and what processes use of it: processor time, memory, heap.
@NullMarked
package dev.millrace.benchmarks.machine;

import org.jspecify.annotations.NullMarked;
