/// Figures beside their floors and goals, for people and as JSON.
@NullMarked
package dev.millrace.benchmarks.report;

import org.jspecify.annotations.NullMarked;
