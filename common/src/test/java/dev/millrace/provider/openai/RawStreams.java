package dev.millrace.provider.openai;

import dev.millrace.http.RawServer;
import dev.millrace.provider.ChatAdapter.Opening;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.ChunkRules;
import dev.millrace.provider.Failure;
import dev.millrace.provider.Heard;
import dev.millrace.provider.Patience;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Quirk;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

/// Streams as OpenAI-compatible endpoints send them, to the byte, and what is heard of them.
final class RawStreams {

    static final Duration LONG = Duration.ofSeconds(20);
    static final String DONE = "data: [DONE]\n\n";
    static final String STOP = "{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}";

    static final OpenAiChat ADAPTER = new OpenAiChat(Simulated.HTTP, JsonMapper.shared());

    private RawStreams() {}

    static String event(String json) {
        return "data: " + json + "\n\n";
    }

    /// A chunk with these choices, of the one answer that all tests are about.
    static String chunk(String choices, String more) {
        return event("{\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":5,\"model\":\"up-2026-01-01\","
                + "\"choices\":[" + choices + "]" + more + "}");
    }

    static String chunk(String choices) {
        return chunk(choices, "");
    }

    static String delta(String delta) {
        return chunk("{\"index\":0,\"delta\":{" + delta + "},\"logprobs\":null,\"finish_reason\":null}");
    }

    static final String ROLE = delta("\"role\":\"assistant\",\"content\":\"\"");
    static final String HI = delta("\"content\":\"hi\"");
    static final String WHOLE = ROLE + HI + chunk(STOP);

    static String answer(String contentType, String body) {
        return "HTTP/1.1 200 OK\r\nContent-Type: " + contentType + "\r\nx-request-id: req_1\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }

    static Target target(URI base, Quirk... quirks) {
        return new Target(
                "raw",
                base,
                "upstream",
                Simulated.KEY,
                LONG,
                new Traits(Set.of(quirks), Set.of(), Optional.empty(), 0));
    }

    static ChatCall call(String request, boolean showUsage) {
        return new ChatCall(request.getBytes(StandardCharsets.UTF_8), "public", Set.of(), showUsage);
    }

    static final String REQUEST =
            "{\"model\":\"public\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    static Opening open(URI base, boolean showUsage, Quirk... quirks) {
        return open(REQUEST, base, showUsage, quirks);
    }

    private static Opening open(String request, URI base, boolean showUsage, Quirk... quirks) {
        return ADAPTER.open(target(base, quirks), call(request, showUsage), new Patience(LONG, LONG, LONG));
    }

    static Heard hear(String events, boolean showUsage, Quirk... quirks) {
        return hear(REQUEST, events, showUsage, quirks);
    }

    static Heard hear(String request, String events, boolean showUsage, Quirk... quirks) {
        var bytes = answer("text/event-stream", events).getBytes(StandardCharsets.UTF_8);
        try (var provider = RawServer.start(connection -> {
            while (connection.readRequest()) {
                connection.write(bytes);
            }
        })) {
            return Heard.of(Heard.streaming(open(request, provider.uri("/v1"), showUsage, quirks)));
        }
    }

    static Heard hear(String events) {
        var heard = hear(events, false);
        ChunkRules.hold(heard, "public", false);
        ChunkRules.hold(hear(events, true), "public", true);
        return heard;
    }

    static Failure failure(Heard heard) {
        return failure(heard.broken());
    }

    static Failure failure(ProviderOutcome outcome) {
        return switch (outcome) {
            case ProviderOutcome.Retryable(var failure, var _) -> failure;
            case ProviderOutcome.Terminal(var failure) -> failure;
            case ProviderOutcome.RateLimited(var failure, var wait) -> failure;
            default -> throw new AssertionError(outcome.toString());
        };
    }

    static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }
}
