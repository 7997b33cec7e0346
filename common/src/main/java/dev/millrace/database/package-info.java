/// The way to PostgreSQL: how a service waits for it and migrates it, how statements run, and what failures mean.
@NullMarked
package dev.millrace.database;

import org.jspecify.annotations.NullMarked;
