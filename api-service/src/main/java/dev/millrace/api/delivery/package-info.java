/// Shows what became of webhooks, and has them sent again.
@NullMarked
package dev.millrace.api.delivery;

import org.jspecify.annotations.NullMarked;
