/// The renders a provider has taken on and billed, and what they have come to by now.
@NullMarked
package dev.millrace.simulator.render;

import org.jspecify.annotations.NullMarked;
