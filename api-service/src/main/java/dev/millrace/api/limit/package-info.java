/// Holds each project's interactive calls to its requests and tokens per minute, and tells it how it stands.
@NullMarked
package dev.millrace.api.limit;

import org.jspecify.annotations.NullMarked;
