/// Follows renders that a provider has accepted and will finish later; fetches what it made.
@NullMarked
package dev.millrace.worker.polling;

import org.jspecify.annotations.NullMarked;
