/// Anthropic's Messages format: what it lets pass, how it answers and streams, and its errors.
@NullMarked
package dev.millrace.simulator.anthropic;

import org.jspecify.annotations.NullMarked;
