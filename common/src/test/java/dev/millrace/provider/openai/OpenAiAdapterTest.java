package dev.millrace.provider.openai;

import dev.millrace.provider.ProviderAdapterContract;

/// The OpenAI wire format under the contract of all adapters.
class OpenAiAdapterTest extends ProviderAdapterContract {

    OpenAiAdapterTest() {
        super(new OpenAiFormat());
    }
}
