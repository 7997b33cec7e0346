/// How long to wait before the next attempt: arithmetic only.
@NullMarked
package dev.millrace.backoff;

import org.jspecify.annotations.NullMarked;
