package dev.millrace.provider.gemini;

import dev.millrace.provider.ChatAdapterContract;

/// Google's generateContent under the contract of all adapters.
class GeminiAdapterTest extends ChatAdapterContract {

    GeminiAdapterTest() {
        super(new GeminiFormat());
    }
}
