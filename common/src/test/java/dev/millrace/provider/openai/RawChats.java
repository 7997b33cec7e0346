package dev.millrace.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.ProviderOutcome.Retryable;
import dev.millrace.provider.ProviderOutcome.Succeeded;
import dev.millrace.provider.ProviderOutcome.Terminal;
import dev.millrace.provider.Quirk;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Answers in one piece as OpenAI-compatible endpoints send them, to the byte, what was sent to them, and what an
/// answer comes to.
final class RawChats {

    static final String REQUEST = "{\"model\":\"public\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    /// Numbers as they are written.
    static final JsonMapper EXACT = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    static final OpenAiChat ADAPTER = new OpenAiChat(Simulated.HTTP, JsonMapper.shared());

    private RawChats() {}

    static Target target(URI base) {
        return target(base, Traits.NONE);
    }

    static Target target(URI base, Traits traits) {
        return new Target("raw", base, "upstream", Simulated.KEY, Duration.ofSeconds(10), traits);
    }

    /// A target that does not take these parameters.
    static Traits refusing(String... names) {
        return new Traits(Set.of(), Set.of(names), Optional.empty(), 0);
    }

    static Traits known(Quirk quirk) {
        return new Traits(Set.of(quirk), Set.of(), Optional.empty(), 0);
    }

    static ProviderOutcome complete(Target target, String request, String... mayDrop) {
        return ADAPTER.complete(
                target, new ChatCall(request.getBytes(StandardCharsets.UTF_8), "public", Set.of(mayDrop), false));
    }

    /// What a call comes to that is answered so.
    static ProviderOutcome ask(String answer) {
        try (var provider = RawServer.answering(answer)) {
            return complete(target(provider.uri("/v1")), REQUEST);
        }
    }

    /// What a call comes to that is answered with these choices.
    static ProviderOutcome choice(String choices) {
        return ask(RawServer.json(
                "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"upstream\",\"choices\":["
                        + choices + "]}"));
    }

    /// What was sent to a target of these traits.
    static ObjectNode sent(String request, Traits traits, String... mayDrop) {
        try (var provider = RawServer.answering(RawServer.json("{}"))) {
            complete(target(provider.uri("/v1"), traits), request, mayDrop);
            return sentTo(provider);
        }
    }

    static ObjectNode sentTo(RawServer provider) {
        var text = provider.requests().getFirst();
        return (ObjectNode)
                EXACT.readTree(text.substring(text.indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.ISO_8859_1));
    }

    static JsonNode body(ProviderOutcome outcome) {
        assertThat(outcome).isInstanceOf(Succeeded.class);
        return Simulated.JSON.readTree(((Succeeded) outcome).answer().body());
    }

    static void malformed(ProviderOutcome outcome) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Retryable.class,
                        retryable -> assertThat(retryable.failure().kind()).isEqualTo("malformed_answer"));
    }

    static Failure failure(ProviderOutcome outcome) {
        return switch (outcome) {
            case Retryable retryable -> retryable.failure();
            case Terminal terminal -> terminal.failure();
            case ProviderOutcome.RateLimited limited -> limited.failure();
            default -> throw new AssertionError(outcome.toString());
        };
    }
}
