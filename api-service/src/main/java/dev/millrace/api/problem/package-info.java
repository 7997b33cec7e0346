/// The one place where a failure becomes an OpenAI-shaped error body.
@NullMarked
package dev.millrace.api.problem;

import org.jspecify.annotations.NullMarked;
