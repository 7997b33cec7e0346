package dev.millrace.provider.gemini.video;

import dev.millrace.provider.RenderAdapterContract;

/// Veo on Vertex AI under the contract of all adapters.
class VertexAdapterTest extends RenderAdapterContract {

    VertexAdapterTest() {
        super(new VertexFormat());
    }
}
