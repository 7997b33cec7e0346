/// Measures Millrace as its users meet it, over HTTP, beside floors and goals; the program behind `./millrace bench`.
@NullMarked
package dev.millrace.benchmarks;

import org.jspecify.annotations.NullMarked;
