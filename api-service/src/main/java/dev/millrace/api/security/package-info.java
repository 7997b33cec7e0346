/// What every request passes first: it is named and timed, its size is judged, and its bearer token becomes a caller.
@NullMarked
package dev.millrace.api.security;

import org.jspecify.annotations.NullMarked;
