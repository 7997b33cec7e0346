/// Anthropic's Messages behind the OpenAI chat contract.
@NullMarked
package dev.millrace.provider.anthropic;

import org.jspecify.annotations.NullMarked;
