/// What was put on record of calls, for tests to look at.
@NullMarked
package dev.millrace.api.kept;

import org.jspecify.annotations.NullMarked;
