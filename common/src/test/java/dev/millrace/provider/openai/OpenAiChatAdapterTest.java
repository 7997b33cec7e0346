package dev.millrace.provider.openai;

import dev.millrace.provider.ChatAdapterContract;

/// Chat in the OpenAI wire format under the contract of all adapters.
class OpenAiChatAdapterTest extends ChatAdapterContract {

    OpenAiChatAdapterTest() {
        super(new OpenAiFormat());
    }
}
