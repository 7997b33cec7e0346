package dev.millrace.provider.gemini;

import dev.millrace.http.OutboundHttp;
import dev.millrace.provider.ChatAdapter;
import dev.millrace.provider.Format;
import dev.millrace.provider.VideoAdapter;
import dev.millrace.simulator.SimulatorServer;
import java.net.URI;
import java.time.Clock;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/// Google's generateContent, as the contract has to know it.
final class GeminiFormat implements Format {

    @Override
    public ChatAdapter chat(OutboundHttp http) {
        return new GeminiChat(http, JsonMapper.shared(), Clock.systemUTC());
    }

    @Override
    public Optional<VideoAdapter> video(OutboundHttp http, OutboundHttp foreignHttp) {
        return Optional.empty();
    }

    @Override
    public URI baseUrl(SimulatorServer simulator, String provider) {
        return URI.create(simulator.providerUrl(provider));
    }

    @Override
    public boolean hasList() {
        return false;
    }

    @Override
    public boolean namesRequests() {
        return false;
    }

    @Override
    public String filtered() {
        return "SAFETY";
    }

    @Override
    public int status(String fault, int usual) {
        return fault.equals("error=invalid_api_key") || fault.equals("error=region") ? 400 : usual;
    }
}
