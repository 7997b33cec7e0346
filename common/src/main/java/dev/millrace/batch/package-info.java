/// Combines what waits now, or in a crowd what comes within a moment, into one statement and one commit; each caller
/// still waits for its own.
@NullMarked
package dev.millrace.batch;

import org.jspecify.annotations.NullMarked;
