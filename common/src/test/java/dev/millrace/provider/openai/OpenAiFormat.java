package dev.millrace.provider.openai;

import dev.millrace.http.OutboundHttp;
import dev.millrace.provider.ChatAdapter;
import dev.millrace.provider.Format;
import dev.millrace.provider.VideoAdapter;
import dev.millrace.simulator.SimulatorServer;
import java.net.URI;
import tools.jackson.databind.json.JsonMapper;

/// The OpenAI wire format, at the simulator.
final class OpenAiFormat implements Format {

    @Override
    public ChatAdapter chat(OutboundHttp http) {
        return new OpenAiChat(http, JsonMapper.shared());
    }

    @Override
    public VideoAdapter video(OutboundHttp http, OutboundHttp foreignHttp) {
        return new OpenAiVideos(http, foreignHttp, JsonMapper.shared());
    }

    @Override
    public URI baseUrl(SimulatorServer simulator, String provider) {
        return URI.create(simulator.openAiUrl(provider));
    }

    @Override
    public boolean hasList() {
        return true;
    }
}
