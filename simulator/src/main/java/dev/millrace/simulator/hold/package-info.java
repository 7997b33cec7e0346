/// Holds that stop matching requests at a named point until they are released.
@NullMarked
package dev.millrace.simulator.hold;

import org.jspecify.annotations.NullMarked;
