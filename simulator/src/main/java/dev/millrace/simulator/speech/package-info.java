/// What a model says when it is asked: the same for the same request, whatever the wire format.
@NullMarked
package dev.millrace.simulator.speech;

import org.jspecify.annotations.NullMarked;
