/// Holds each project to its limits per minute: interactive calls to its requests and tokens, telling how it stands,
/// and submissions to its jobs.
@NullMarked
package dev.millrace.api.limit;

import org.jspecify.annotations.NullMarked;
