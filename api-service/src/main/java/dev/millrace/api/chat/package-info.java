/// Chat completions, whole and streamed, straight from a provider, or as a job for a caller that would rather not wait.
@NullMarked
package dev.millrace.api.chat;

import org.jspecify.annotations.NullMarked;
