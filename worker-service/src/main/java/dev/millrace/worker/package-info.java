/// The application class of the worker service, and nothing else worth reading.
@NullMarked
package dev.millrace.worker;

import org.jspecify.annotations.NullMarked;
