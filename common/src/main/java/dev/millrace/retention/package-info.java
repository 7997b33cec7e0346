/// How long jobs, keys and the partitions that hold them are kept.
@NullMarked
package dev.millrace.retention;

import org.jspecify.annotations.NullMarked;
