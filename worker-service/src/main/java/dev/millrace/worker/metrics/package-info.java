/// What the database says about the work in hand, as gauges.
@NullMarked
package dev.millrace.worker.metrics;

import org.jspecify.annotations.NullMarked;
