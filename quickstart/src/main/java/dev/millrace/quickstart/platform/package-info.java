/// The whole platform on one machine: which parts run, where, with which settings, and what they are called afterwards.
@NullMarked
package dev.millrace.quickstart.platform;

import org.jspecify.annotations.NullMarked;
