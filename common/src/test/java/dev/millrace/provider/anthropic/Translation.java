package dev.millrace.provider.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.provider.ChatCall;
import dev.millrace.provider.ProviderOutcome.Unfit;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import dev.millrace.provider.WireJson;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What becomes of a request, written as a caller writes it: with `'` for `"`.
final class Translation {

    static final JsonMapper JSON = WireJson.of(JsonMapper.shared());

    private static final String HELLO = "'messages':[{'role':'user','content':'hello'}]";

    private final String request;
    private Set<String> mayDrop = Set.of();
    private Traits traits = Traits.NONE;

    private Translation(String request) {
        this.request = request;
    }

    /// @param fields beside a message of the user, such as `'n':1`
    static Translation of(String fields) {
        return new Translation("{'model':'public'," + HELLO + (fields.isEmpty() ? "" : "," + fields) + "}");
    }

    static Translation ofMessages(String... messages) {
        return new Translation("{'model':'public','messages':[" + String.join(",", messages) + "]}");
    }

    Translation dropping(String... names) {
        mayDrop = Set.of(names);
        return this;
    }

    Translation where(String... refused) {
        traits = new Traits(Set.of(), Set.copyOf(Arrays.asList(refused)), traits.version(), traits.mostOutput());
        return this;
    }

    Translation version(String version) {
        traits = new Traits(Set.of(), traits.refuses(), Optional.of(version), traits.mostOutput());
        return this;
    }

    Translation mostOutput(int tokens) {
        traits = new Traits(Set.of(), traits.refuses(), traits.version(), tokens);
        return this;
    }

    static JsonNode json(String text) {
        return JSON.readTree(text.replace('\'', '"'));
    }

    private MessagesRequest request() throws UnfitException {
        var target = new Target(
                "p", URI.create("http://127.0.0.1:1"), "claude-x", Simulated.KEY, Duration.ofSeconds(5), traits);
        var call = new ChatCall(request.replace('\'', '"').getBytes(StandardCharsets.UTF_8), "public", mayDrop, false);
        return MessagesRequest.of(JSON, target, call, ApiVersion.of(target), false);
    }

    MessagesRequest translated() {
        try {
            return request();
        } catch (UnfitException unfit) {
            throw new AssertionError(unfit.outcome().toString());
        }
    }

    JsonNode body() {
        return translated().body();
    }

    JsonNode messages() {
        return body().path("messages");
    }

    void refused(String param) {
        try {
            var made = request();
            throw new AssertionError("not refused: " + made);
        } catch (UnfitException unfit) {
            Unfit outcome = unfit.outcome();
            assertThat(outcome.param()).isEqualTo(param);
            assertThat(outcome.message()).isNotBlank();
        }
    }
}
