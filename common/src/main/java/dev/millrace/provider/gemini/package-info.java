/// Google's generateContent behind the OpenAI chat contract.
@NullMarked
package dev.millrace.provider.gemini;

import org.jspecify.annotations.NullMarked;
