package dev.millrace.provider.gemini.video;

import dev.millrace.http.OutboundHttp;
import dev.millrace.provider.RenderFormat;
import dev.millrace.provider.VideoAdapter;
import dev.millrace.provider.gemini.GoogleFormat;

/// Veo as the Gemini API has it.
final class VeoFormat implements GoogleFormat {

    @Override
    public VideoAdapter video(OutboundHttp http, OutboundHttp foreignHttp) {
        return new VeoVideos(http, foreignHttp);
    }

    @Override
    public RenderFormat renders() {
        return operations(true, "models/sim-video/operations/0000000000000000");
    }

    /// How Veo tells of renders, wherever it is called.
    static RenderFormat operations(boolean files, String unknown) {
        return new RenderFormat(
                false,
                false,
                files,
                false,
                400,
                "content_refused",
                unknown,
                operation -> operation.substring(operation.lastIndexOf('/') + 1));
    }
}
