/// Deliveries as stored: whom we tell, what, and whether they heard; and how each is signed.
@NullMarked
package dev.millrace.webhook;

import org.jspecify.annotations.NullMarked;
