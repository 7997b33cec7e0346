package dev.millrace.provider.anthropic;

import dev.millrace.http.OutboundHttp;
import dev.millrace.provider.ChatAdapter;
import dev.millrace.provider.Format;
import dev.millrace.provider.VideoAdapter;
import dev.millrace.simulator.SimulatorServer;
import java.net.URI;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/// Anthropic's Messages, where the simulator speaks them.
final class AnthropicFormat implements Format {

    @Override
    public ChatAdapter chat(OutboundHttp http) {
        return new AnthropicChat(http, JsonMapper.shared());
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
    public String filtered() {
        return "refusal";
    }

    @Override
    public boolean hasErrorCodes() {
        return false;
    }

    @Override
    public int status(String fault, int openAi) {
        return switch (fault) {
            case "error=insufficient_quota" -> 400;
            case "error=overloaded" -> 529;
            default -> openAi;
        };
    }
}
