/// The files that a simulated provider hands out.
@NullMarked
package dev.millrace.simulator.media;

import org.jspecify.annotations.NullMarked;
