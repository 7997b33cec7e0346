/// Runs one attempt after the other, from claim to settled outcome.
@NullMarked
package dev.millrace.worker.execution;

import org.jspecify.annotations.NullMarked;
