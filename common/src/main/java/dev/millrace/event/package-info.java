/// Tells the processes that wait for a job that it has changed.
@NullMarked
package dev.millrace.event;

import org.jspecify.annotations.NullMarked;
