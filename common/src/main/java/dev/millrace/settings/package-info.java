/// Everything under `millrace.` in the configuration, as validated records.
@NullMarked
package dev.millrace.settings;

import org.jspecify.annotations.NullMarked;
