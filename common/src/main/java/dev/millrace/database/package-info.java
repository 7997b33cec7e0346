/// How a service waits for PostgreSQL, migrates it, and knows whether it is there.
@NullMarked
package dev.millrace.database;

import org.jspecify.annotations.NullMarked;
