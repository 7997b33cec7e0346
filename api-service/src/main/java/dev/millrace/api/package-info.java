/// The application class of the api service, and nothing else worth reading.
@NullMarked
package dev.millrace.api;

import org.jspecify.annotations.NullMarked;
