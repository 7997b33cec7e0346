/// Turns a bearer token into a caller; limits what comes in.
@NullMarked
package dev.millrace.api.security;

import org.jspecify.annotations.NullMarked;
