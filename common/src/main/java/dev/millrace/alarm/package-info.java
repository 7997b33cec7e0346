/// Times at which something has to be looked at, unless it is over by then.
@NullMarked
package dev.millrace.alarm;

import org.jspecify.annotations.NullMarked;
