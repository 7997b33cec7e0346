/// Chooses the deployment to try, and the key to try it with.
@NullMarked
package dev.millrace.routing;

import org.jspecify.annotations.NullMarked;
