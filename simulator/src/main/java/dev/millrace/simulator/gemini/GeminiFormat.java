package dev.millrace.simulator.gemini;

import dev.millrace.simulator.desk.ApiError;
import dev.millrace.simulator.desk.Endpoint;
import dev.millrace.simulator.desk.WireFormat;
import dev.millrace.simulator.http.Query;
import dev.millrace.simulator.http.RequestHead;
import dev.millrace.simulator.render.Renders;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Google's wire format under `/v1beta`, `/v1` and `/v1beta1`: Gemini's content, the list of models, and videos by Veo
/// and by Omni.
public final class GeminiFormat implements WireFormat {

    static final String NAME = "gemini";
    static final String JSON = "application/json; charset=UTF-8";

    private static final Pattern OPERATION = Pattern.compile("/v1(?:beta)?/models/.+/operations/([a-z0-9]+)");
    private static final Pattern FILE = Pattern.compile("/v1(?:beta)?/files/([^/:]+)(:download)?");
    private static final Pattern INTERACTION = Pattern.compile("/v1(?:beta)?/interactions(?:/([^/]+?)(/cancel)?)?");
    private static final Pattern MODELS = Pattern.compile("/v1(?:beta)?/models(?:/([^/:]+))?");

    private final Renders renders;

    public GeminiFormat(Renders renders) {
        this.renders = renders;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public @Nullable Endpoint endpoint(RequestHead head, String path) {
        return switch (head.method()) {
            case "POST" -> {
                Matcher interaction = INTERACTION.matcher(path);
                if (interaction.matches()) {
                    yield forInteraction(interaction);
                }
                ModelCall call = path.startsWith("/v1") ? ModelCall.of(path) : null;
                yield call == null ? null : forCall(call);
            }
            case "GET" -> forGet(head, path);
            default -> null;
        };
    }

    private @Nullable Endpoint forInteraction(Matcher path) {
        if (path.group(1) == null) {
            return new InteractionCreateEndpoint(renders);
        }
        return path.group(2) == null ? null : new InteractionEndpoint(renders, path.group(1), true);
    }

    private @Nullable Endpoint forCall(ModelCall call) {
        return switch (call.method()) {
            case "generateContent" -> new GenerateEndpoint(call, GenerateEndpoint.Way.WHOLE);
            case "streamGenerateContent" -> new GenerateEndpoint(call, GenerateEndpoint.Way.STREAMED);
            case "countTokens" -> new GenerateEndpoint(call, GenerateEndpoint.Way.COUNTED);
            case "predictLongRunning" -> new VeoCreateEndpoint(renders, call);
            case "fetchPredictOperation" -> call.vertex() ? new VertexPollEndpoint(renders, call) : null;
            default -> null;
        };
    }

    private @Nullable Endpoint forGet(RequestHead head, String path) {
        Matcher operation = OPERATION.matcher(path);
        if (operation.matches()) {
            return new VeoPollEndpoint(renders, operation.group(1));
        }
        Matcher file = FILE.matcher(path);
        if (file.matches()) {
            return new VeoFileEndpoint(renders, file.group(1), file.group(2) != null);
        }
        Matcher interaction = INTERACTION.matcher(path);
        if (interaction.matches() && interaction.group(1) != null && interaction.group(2) == null) {
            return new InteractionEndpoint(renders, interaction.group(1), false);
        }
        Matcher models = MODELS.matcher(path);
        // Under /v1 the list of models stands where OpenAI has its own.
        if (models.matches() && (path.startsWith("/v1beta") || hasGoogleKey(head))) {
            return models.group(1) == null
                    ? ModelsEndpoint.LIST
                    : new ModelsEndpoint(Query.decodeSegment(models.group(1)));
        }
        return null;
    }

    private static boolean hasGoogleKey(RequestHead head) {
        return head.header("x-goog-api-key") != null || head.query().get("key") != null;
    }

    @Override
    public boolean claims(RequestHead head, String path) {
        return path.startsWith("/v1beta") || hasGoogleKey(head) || ModelCall.of(path) != null;
    }

    @Override
    public @Nullable String key(RequestHead head) {
        String key = head.header("x-goog-api-key");
        if (key != null) {
            return key;
        }
        String token = head.bearerToken();
        return token == null ? head.query().get("key") : token;
    }

    @Override
    public @Nullable String requestIdHeader() {
        return null;
    }

    @Override
    public String errorBody(ApiError error, String requestId) {
        return GeminiErrors.body(error);
    }

    @Override
    public String errorEvent(ApiError error, String requestId) {
        return "data: " + GeminiErrors.body(error) + "\r\n\r\n";
    }

    @Override
    public ApiError errorOf(int status) {
        return GeminiErrors.of(status);
    }

    @Override
    public @Nullable ApiError errorNamed(String name) {
        return GeminiErrors.named(name);
    }

    @Override
    public ApiError keyError(RequestHead head, String print) {
        boolean byToken = head.header("Authorization") != null || head.path().contains("/projects/");
        if (byToken) {
            return GeminiErrors.of(401);
        }
        return print.isEmpty() ? GeminiErrors.NO_KEY : GeminiErrors.WRONG_KEY;
    }
}
