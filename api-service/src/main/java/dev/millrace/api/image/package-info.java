/// Pictures, straight from a provider; a picture whose answer was lost is not paid for again.
@NullMarked
package dev.millrace.api.image;

import org.jspecify.annotations.NullMarked;
