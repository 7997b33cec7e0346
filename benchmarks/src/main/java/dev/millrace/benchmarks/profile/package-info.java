/// Longer and rougher runs with a verdict: steady load, waiting, kills, history, start, neighbours.
@NullMarked
package dev.millrace.benchmarks.profile;

import org.jspecify.annotations.NullMarked;
