/// The rows of the table of numbers, each measured on a stage.
@NullMarked
package dev.millrace.benchmarks.row;

import org.jspecify.annotations.NullMarked;
