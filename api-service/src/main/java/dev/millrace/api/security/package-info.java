/// What every request passes first: it is named and timed, its size is judged, its bearer token becomes a caller, and
/// it gets one of the places that there is memory for.
@NullMarked
package dev.millrace.api.security;

import org.jspecify.annotations.NullMarked;
