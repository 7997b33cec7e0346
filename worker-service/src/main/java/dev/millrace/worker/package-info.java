/// The application class of the worker service, and what its features share: the order of their starts and stops, the
/// wait for what is in hand, the ramp after an outage, and the search for what was forgotten.
@NullMarked
package dev.millrace.worker;

import org.jspecify.annotations.NullMarked;
