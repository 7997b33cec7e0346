/// Says what the simulator does, as its users see it: through official SDKs, plain HTTP and bare sockets.
@NullMarked
package dev.millrace.simulator;

import org.jspecify.annotations.NullMarked;
