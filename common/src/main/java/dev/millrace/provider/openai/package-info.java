/// The OpenAI wire format, as OpenAI and every compatible endpoint speak it.
@NullMarked
package dev.millrace.provider.openai;

import org.jspecify.annotations.NullMarked;
