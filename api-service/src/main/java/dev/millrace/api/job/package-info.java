/// Shows, lists, follows and cancels jobs, and hands out what they made.
@NullMarked
package dev.millrace.api.job;

import org.jspecify.annotations.NullMarked;
