package dev.millrace.provider.gemini.video;

import dev.millrace.provider.ErrorWords;
import dev.millrace.provider.VideoAdapter.Poll;
import dev.millrace.provider.gemini.GoogleError;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// An interaction, whose last step is what the model put out. The video may stand in it though it was asked for by
/// address: a later look is documented to find it inline.
final class InteractionShape implements Shape {

    private static final String DATA = "data";

    /// The format has no list of codes: gRPC's words for what may pass, and OpenAI's.
    private static final Set<String> PASSING =
            Set.of("deadline_exceeded", "internal", "unavailable", "server_error", "internal_error");

    @Override
    public Set<String> bytes() {
        return Set.of(DATA);
    }

    /// A picture that was sent in comes back under the same name.
    @Override
    public boolean isVideo(ObjectNode content) {
        return content.path("type").asString("").equals("video")
                || content.path("mime_type").asString("").startsWith("video/");
    }

    @Override
    public boolean hasEnded(JsonNode interaction) {
        return interaction.path("status").asString("").equals("completed");
    }

    @Override
    public Poll poll(JsonNode interaction, UnaryOperator<String> mask) {
        return switch (interaction.path("status").asString("")) {
            case "queued", "in_progress" -> new Poll.Rendering(0, Optional.empty());
            case "completed" ->
                video(interaction).isPresent()
                        ? new Poll.Completed()
                        : new Poll.Failed(
                                "server_error",
                                "The provider ended the interaction without a video.",
                                Poll.Cause.LASTING);
            case "failed" -> failed(interaction, "render_failed", "The provider says that the render failed.", mask);
            case "incomplete" ->
                failed(interaction, "incomplete", "The provider ended the interaction before the video.", mask);
            case "budget_exceeded" ->
                failed(interaction, "budget_exceeded", "The interaction passed the provider's budget for it.", mask);
            case "cancelled" -> failed(interaction, "cancelled", "The interaction was cancelled.", mask);
            default -> new Poll.Unknown("A status that nobody knows, or that a video never has");
        };
    }

    private static Poll failed(JsonNode interaction, String code, String message, UnaryOperator<String> mask) {
        var error = interaction.path("error");
        var told = ErrorWords.message(error.path("message").asString(message), mask);
        var word = error.path("code").isString() ? error.path("code").asString(code) : code;
        return GoogleError.isRefusal(told)
                ? new Poll.Failed(GoogleError.CONTENT_REFUSED, told, Poll.Cause.LASTING)
                : new Poll.Failed(
                        ErrorWords.code(word, mask),
                        told,
                        PASSING.contains(word.toLowerCase(Locale.ROOT)) ? Poll.Cause.PASSING : Poll.Cause.LASTING);
    }

    @Override
    public Optional<String> address(JsonNode interaction) {
        return video(interaction).map(video -> video.path("uri").asString("")).filter(uri -> !uri.isEmpty());
    }

    /// The part of the output that is a video, by address or inline.
    private Optional<ObjectNode> video(JsonNode interaction) {
        for (var step : interaction.path("steps")) {
            for (var content : step.path("content")) {
                if (step.path("type").asString("").equals("model_output")
                        && content instanceof ObjectNode part
                        && isVideo(part)
                        && (part.has("uri") || part.has(DATA))) {
                    return Optional.of(part);
                }
            }
        }
        return Optional.empty();
    }
}
