/// Tells a project what it has used and spent.
@NullMarked
package dev.millrace.api.usage;

import org.jspecify.annotations.NullMarked;
