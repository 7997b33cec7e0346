package dev.millrace.provider.gemini;

import dev.millrace.http.OutboundHttp;
import dev.millrace.provider.ChatAdapter;
import java.time.Clock;
import tools.jackson.databind.json.JsonMapper;

/// Google's generateContent, as the contract has to know it.
final class GeminiFormat implements GoogleFormat {

    @Override
    public ChatAdapter chat(OutboundHttp http) {
        return new GeminiChat(http, JsonMapper.shared(), Clock.systemUTC());
    }

    @Override
    public String filtered() {
        return "SAFETY";
    }

    @Override
    public int status(String fault, int openAi) {
        return fault.equals("error=invalid_api_key") || fault.equals("error=region") ? 400 : openAi;
    }
}
