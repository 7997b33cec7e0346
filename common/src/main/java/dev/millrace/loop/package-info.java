/// Work that is done over and over, each on a thread of its own that a service starts and stops in order.
@NullMarked
package dev.millrace.loop;

import org.jspecify.annotations.NullMarked;
