package dev.millrace.provider.anthropic;

import dev.millrace.provider.ChatAdapterContract;

/// Messages under the contract of all adapters of chat.
class AnthropicAdapterTest extends ChatAdapterContract {

    AnthropicAdapterTest() {
        super(new AnthropicFormat());
    }
}
