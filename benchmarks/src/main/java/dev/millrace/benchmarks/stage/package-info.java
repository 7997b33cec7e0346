/// A whole platform with its load generator and witnesses, set up to be measured.
@NullMarked
package dev.millrace.benchmarks.stage;

import org.jspecify.annotations.NullMarked;
