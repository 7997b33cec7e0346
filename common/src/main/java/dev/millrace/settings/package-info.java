/// Everything under `millrace.` in the configuration, as validated records, and the variables that give it.
@NullMarked
package dev.millrace.settings;

import org.jspecify.annotations.NullMarked;
