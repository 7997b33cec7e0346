/// A real PostgreSQL 18 from unpacked binaries, with its data in a folder that outlives it.
@NullMarked
package dev.millrace.quickstart.postgres;

import org.jspecify.annotations.NullMarked;
