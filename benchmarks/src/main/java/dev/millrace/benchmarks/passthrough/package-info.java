/// A bare Spring MVC and HttpClient pass-through, beside which the interactive rows are measured: what a hop costs that
/// does nothing else.
@NullMarked
package dev.millrace.benchmarks.passthrough;

import org.jspecify.annotations.NullMarked;
