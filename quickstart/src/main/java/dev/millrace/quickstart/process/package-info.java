/// Child processes of the machine: how they are started, signalled, measured and found again after a crash.
@NullMarked
package dev.millrace.quickstart.process;

import org.jspecify.annotations.NullMarked;
