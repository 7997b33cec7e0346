/// Which queued job goes to Kafka next, and the tokens that travel.
@NullMarked
package dev.millrace.dispatch;

import org.jspecify.annotations.NullMarked;
