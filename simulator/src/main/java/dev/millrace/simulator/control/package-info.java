/// The simulator's own endpoints under `/sim`, for those who stage and those who check.
@NullMarked
package dev.millrace.simulator.control;

import org.jspecify.annotations.NullMarked;
