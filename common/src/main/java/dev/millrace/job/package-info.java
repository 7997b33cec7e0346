/// What a job is: its states, its attempts, its lease, and the SQL that moves it.
@NullMarked
package dev.millrace.job;

import org.jspecify.annotations.NullMarked;
