/// Shows the attempts of an interactive call, by the name that its answer carried.
@NullMarked
package dev.millrace.api.attempt;

import org.jspecify.annotations.NullMarked;
