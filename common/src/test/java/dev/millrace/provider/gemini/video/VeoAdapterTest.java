package dev.millrace.provider.gemini.video;

import dev.millrace.provider.RenderAdapterContract;

/// Veo on the Gemini API under the contract of all adapters.
class VeoAdapterTest extends RenderAdapterContract {

    VeoAdapterTest() {
        super(new VeoFormat());
    }
}
