package dev.millrace.provider.anthropic;

import dev.millrace.http.OutboundHttp;
import dev.millrace.provider.ChatAdapter;
import dev.millrace.provider.Format;
import tools.jackson.databind.json.JsonMapper;

/// Anthropic's Messages, where the simulator speaks them.
final class AnthropicFormat implements Format {

    @Override
    public ChatAdapter chat(OutboundHttp http) {
        return new AnthropicChat(http, JsonMapper.shared());
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
