/// Endpoints whose calls go to a provider as they came, less what may be dropped where it is not taken, and are
/// answered in one piece.
@NullMarked
package dev.millrace.api.passthrough;

import org.jspecify.annotations.NullMarked;
