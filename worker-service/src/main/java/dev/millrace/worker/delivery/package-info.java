/// Signs and sends webhooks; retries them, then parks them.
@NullMarked
package dev.millrace.worker.delivery;

import org.jspecify.annotations.NullMarked;
