/// Shares limits per minute between processes, in blocks that each draws from the database ahead of its need.
@NullMarked
package dev.millrace.share;

import org.jspecify.annotations.NullMarked;
