package dev.millrace.provider.openai;

import dev.millrace.provider.RenderAdapterContract;

/// Videos in the OpenAI wire format under the contract of all adapters.
class OpenAiVideoAdapterTest extends RenderAdapterContract {

    OpenAiVideoAdapterTest() {
        super(new OpenAiFormat());
    }
}
