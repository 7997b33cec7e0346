/// The document that describes this API, as the API serves it.
@NullMarked
package dev.millrace.api.openapi;

import org.jspecify.annotations.NullMarked;
