/// Makes partitions ahead, and deletes what is past its keep time.
@NullMarked
package dev.millrace.worker.retention;

import org.jspecify.annotations.NullMarked;
