/// The faults that every path to a provider is tried with.
@NullMarked
package dev.millrace.fault;

import org.jspecify.annotations.NullMarked;
