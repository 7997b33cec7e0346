package dev.millrace.provider.gemini.video;

import dev.millrace.http.OutboundHttp;
import dev.millrace.provider.RenderFormat;
import dev.millrace.provider.VideoAdapter;
import dev.millrace.provider.gemini.GoogleFormat;

/// Omni, by the Interactions API.
final class OmniFormat implements GoogleFormat {

    @Override
    public VideoAdapter video(OutboundHttp http, OutboundHttp foreignHttp) {
        return new OmniVideos(http, foreignHttp);
    }

    @Override
    public RenderFormat renders() {
        return new RenderFormat(false, true, true, true, 400, "moderation_blocked", "v1_0000000000000000", id -> id);
    }
}
