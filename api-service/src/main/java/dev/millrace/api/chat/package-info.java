/// Chat completions, whole and streamed, straight from a provider.
@NullMarked
package dev.millrace.api.chat;

import org.jspecify.annotations.NullMarked;
