package dev.millrace.simulator.openai;

import dev.millrace.simulator.desk.ApiError;
import dev.millrace.simulator.desk.Endpoint;
import dev.millrace.simulator.desk.JsonText;
import dev.millrace.simulator.desk.WireFormat;
import dev.millrace.simulator.http.Query;
import dev.millrace.simulator.http.RequestHead;
import dev.millrace.simulator.render.Renders;
import org.jspecify.annotations.Nullable;

/// OpenAI's wire format under `/v1`: chat completions, models, embeddings, images and videos.
public final class OpenAiFormat implements WireFormat {

    private static final String VIDEOS = "/v1/videos";
    private static final String MODELS = "/v1/models";

    private final Renders renders;

    public OpenAiFormat(Renders renders) {
        this.renders = renders;
    }

    @Override
    public String name() {
        return "openai";
    }

    @Override
    public @Nullable Endpoint endpoint(RequestHead head, String path) {
        return switch (head.method()) {
            case "POST" ->
                switch (path) {
                    case "/v1/chat/completions" -> ChatEndpoint.INSTANCE;
                    case "/v1/embeddings" -> EmbeddingsEndpoint.INSTANCE;
                    case "/v1/images/generations" -> ImagesEndpoint.INSTANCE;
                    case VIDEOS -> new VideoCreateEndpoint(renders);
                    default -> null;
                };
            case "GET" -> forGet(path);
            case "DELETE" -> {
                String id = segment(path, VIDEOS);
                yield id == null ? null : new VideoDeleteEndpoint(renders, id);
            }
            default -> null;
        };
    }

    private @Nullable Endpoint forGet(String path) {
        if (path.equals(VIDEOS)) {
            return new VideoListEndpoint(renders);
        }
        if (path.equals(MODELS)) {
            return ModelsEndpoint.LIST;
        }
        if (path.endsWith("/content")) {
            String id = segment(path.substring(0, path.length() - "/content".length()), VIDEOS);
            return id == null ? null : new VideoContentEndpoint(renders, id);
        }
        String video = segment(path, VIDEOS);
        if (video != null) {
            return new VideoPollEndpoint(renders, video);
        }
        String model = segment(path, MODELS);
        return model == null ? null : ModelsEndpoint.one(model);
    }

    /// The one segment below the parent, decoded; null if there is none or more than one.
    private static @Nullable String segment(String path, String parent) {
        if (!path.startsWith(parent + "/")) {
            return null;
        }
        String rest = path.substring(parent.length() + 1);
        return rest.isEmpty() || rest.indexOf('/') >= 0 ? null : Query.decode(rest);
    }

    @Override
    public @Nullable String key(RequestHead head) {
        return head.bearerToken();
    }

    @Override
    public String requestIdHeader() {
        return "x-request-id";
    }

    @Override
    public String errorBody(ApiError error, String requestId) {
        StringBuilder body = new StringBuilder("{\"error\":{\"message\":");
        JsonText.quote(body, error.message()).append(",\"type\":");
        JsonText.quote(body, error.type()).append(",\"param\":");
        JsonText.quote(body, error.param()).append(",\"code\":");
        return JsonText.quote(body, error.code()).append("}}").toString();
    }

    @Override
    public String errorEvent(ApiError error, String requestId) {
        return "data: " + errorBody(error, requestId) + "\n\n";
    }

    @Override
    public ApiError errorOf(int status) {
        return switch (status) {
            case 401 -> known("invalid_api_key");
            case 403 -> new ApiError(403, "invalid_request_error", null, null, "You are not allowed to do this.");
            case 404 -> new ApiError(404, "invalid_request_error", null, null, "Not found.");
            case 429 -> known("rate_limit_exceeded");
            case 503 -> known("overloaded");
            default ->
                status >= 500
                        ? new ApiError(
                                status,
                                "server_error",
                                null,
                                null,
                                "The server had an error while processing your request. Sorry about that!")
                        : new ApiError(status, "invalid_request_error", null, null, "The request was refused.");
        };
    }

    private static ApiError known(String name) {
        ApiError error = named(name);
        if (error == null) {
            throw new IllegalArgumentException(name);
        }
        return error;
    }

    @Override
    public @Nullable ApiError errorNamed(String name) {
        return named(name);
    }

    private static @Nullable ApiError named(String name) {
        return switch (name) {
            case "invalid_api_key" ->
                new ApiError(401, "invalid_request_error", name, null, "Incorrect API key provided.");
            case "insufficient_quota" ->
                new ApiError(
                        429,
                        "insufficient_quota",
                        name,
                        null,
                        "You exceeded your current quota, please check your plan and billing details.");
            case "rate_limit_exceeded" -> new ApiError(429, "requests", name, null, "Rate limit reached for requests.");
            case "model_not_found" ->
                new ApiError(
                        404,
                        "invalid_request_error",
                        name,
                        "model",
                        "The model does not exist or you do not have access to it.");
            case "context_length_exceeded" ->
                new ApiError(
                        400,
                        "invalid_request_error",
                        name,
                        "messages",
                        "This model's maximum context length is 8192 tokens. However, your messages resulted in more.");
            case "content_refused" ->
                new ApiError(
                        400,
                        "invalid_request_error",
                        "content_policy_violation",
                        null,
                        "Your request was rejected as a result of our safety system.");
            case "moderation_blocked" ->
                new ApiError(
                        400,
                        "image_generation_user_error",
                        name,
                        null,
                        "Your request was rejected by the moderation system.");
            case "unsupported_parameter" ->
                new ApiError(
                        400,
                        "invalid_request_error",
                        name,
                        "temperature",
                        "Unsupported parameter: 'temperature' is not supported with this model.");
            case "region" ->
                new ApiError(
                        403,
                        "request_forbidden",
                        "unsupported_country_region_territory",
                        null,
                        "Country, region, or territory not supported");
            case "overloaded" ->
                new ApiError(
                        503, "server_error", null, null, "The engine is currently overloaded, please try again later");
            case "server_error" ->
                new ApiError(
                        500,
                        "server_error",
                        null,
                        null,
                        "The server had an error while processing your request. Sorry about that!");
            default -> null;
        };
    }
}
