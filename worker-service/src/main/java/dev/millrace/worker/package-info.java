/// The application class of the worker service, and what its features share: the order of their starts and stops, and
/// the ramp after an outage.
@NullMarked
package dev.millrace.worker;

import org.jspecify.annotations.NullMarked;
