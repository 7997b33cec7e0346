/// Wakes whoever waits for a job.
@NullMarked
package dev.millrace.api.follow;

import org.jspecify.annotations.NullMarked;
