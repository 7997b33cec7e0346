/// Reads OpenAI bodies as a stream: what they must have, and which names nobody may send.
@NullMarked
package dev.millrace.api.request;

import org.jspecify.annotations.NullMarked;
