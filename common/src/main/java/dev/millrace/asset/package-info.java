/// Output bytes: where they are kept, and how they are read in ranges.
@NullMarked
package dev.millrace.asset;

import org.jspecify.annotations.NullMarked;
