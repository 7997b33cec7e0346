/// Lists the models that a caller can name.
@NullMarked
package dev.millrace.api.model;

import org.jspecify.annotations.NullMarked;
