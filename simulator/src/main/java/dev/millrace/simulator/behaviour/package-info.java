/// How a simulated provider is told to behave, by model name or by rule, and for how long.
@NullMarked
package dev.millrace.simulator.behaviour;

import org.jspecify.annotations.NullMarked;
