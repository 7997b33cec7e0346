/// Google's generateContent behind the OpenAI chat contract, and what Google means by an error.
@NullMarked
package dev.millrace.provider.gemini;

import org.jspecify.annotations.NullMarked;
