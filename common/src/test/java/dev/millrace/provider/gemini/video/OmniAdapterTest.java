package dev.millrace.provider.gemini.video;

import dev.millrace.provider.RenderAdapterContract;

/// Omni under the contract of all adapters.
class OmniAdapterTest extends RenderAdapterContract {

    OmniAdapterTest() {
        super(new OmniFormat());
    }
}
