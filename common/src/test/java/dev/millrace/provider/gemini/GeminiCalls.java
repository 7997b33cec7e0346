package dev.millrace.provider.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.provider.ChatAdapter;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Chat calls that show only what matters to a test, at the simulator, which refuses what Google would refuse.
///
/// JSON is written with single quotes.
final class GeminiCalls {

    static final String MODEL = "gemini-3-flash";

    static final String HI = "'messages':[{'role':'user','content':'hi'}]";

    private final Simulated simulated = new Simulated(new GeminiFormat());
    private final ChatAdapter adapter = simulated.format().chat(Simulated.HTTP);

    static String json(String quoted) {
        return quoted.replace('\'', '"');
    }

    static JsonNode tree(String quoted) {
        return Simulated.JSON.readTree(json(quoted));
    }

    static ChatCall call(String fields, String... mayDrop) {
        var body = json("{'model':'public'," + fields + "}").getBytes(StandardCharsets.UTF_8);
        return new ChatCall(body, "public", Set.of(mayDrop), false);
    }

    Target target(String model) {
        return simulated.target(model);
    }

    ProviderOutcome ask(String model, String fields, String... mayDrop) {
        return adapter.complete(simulated.target(model), call(fields, mayDrop));
    }

    JsonNode answer(String model, String fields) {
        return answer(ask(model, fields));
    }

    static JsonNode answer(ProviderOutcome outcome) {
        assertThat(outcome).isInstanceOf(ProviderOutcome.Succeeded.class);
        return Simulated.JSON.readTree(
                ((ProviderOutcome.Succeeded) outcome).answer().body());
    }

    /// What Google gets for these fields.
    JsonNode sent(String fields) {
        return sent(MODEL, fields);
    }

    JsonNode sent(String model, String fields) {
        answer(model, fields);
        return lastSent();
    }

    JsonNode lastSent() {
        return simulated.lastBody("chat");
    }

    /// What Google gets for these messages.
    JsonNode contents(String messages) {
        return sent("'messages':[" + messages + "]").path("contents");
    }

    /// What of these fields Google's format has nothing for.
    String unfit(String fields) {
        return unfit(MODEL, fields);
    }

    String unfit(String model, String fields) {
        var outcome = ask(model, fields);
        assertThat(outcome).isInstanceOf(ProviderOutcome.Unfit.class);
        assertThat(simulated.requests("chat")).isEmpty();
        return ((ProviderOutcome.Unfit) outcome).param();
    }
}
