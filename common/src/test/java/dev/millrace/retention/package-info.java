/// What is kept for how long.
@NullMarked
package dev.millrace.retention;

import org.jspecify.annotations.NullMarked;
