/// Renders that a provider was asked for: intent, operation, lookup and polls, and the SQL that moves them.
@NullMarked
package dev.millrace.render;

import org.jspecify.annotations.NullMarked;
