/// Takes submissions: reads, judges and paces them, and answers once they are committed.
@NullMarked
package dev.millrace.api.accept;

import org.jspecify.annotations.NullMarked;
