/// Bounds what several take up at once, so that none takes it all.
@NullMarked
package dev.millrace.room;

import org.jspecify.annotations.NullMarked;
