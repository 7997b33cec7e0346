/// The whole platform in processes of its own, broken on purpose from outside: killed, frozen, cut off.
@NullMarked
package dev.millrace.quickstart.endtoend;

import org.jspecify.annotations.NullMarked;
