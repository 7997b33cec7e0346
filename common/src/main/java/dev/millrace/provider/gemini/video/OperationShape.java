package dev.millrace.provider.gemini.video;

import dev.millrace.provider.ErrorWords;
import dev.millrace.provider.VideoAdapter.Poll;
import dev.millrace.provider.gemini.GoogleError;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A long-running operation of Veo's, as the Gemini API and Vertex AI tell it. It says nothing of its progress, and
/// `done` may be missing until it is true.
final class OperationShape implements Shape {

    private static final Set<String> BYTES = Set.of("bytesBase64Encoded", "encodedVideo");

    /// `DEADLINE_EXCEEDED`, `INTERNAL` and `UNAVAILABLE`, as gRPC numbers them.
    private static final Set<Integer> PASSING = Set.of(4, 13, 14);

    @Override
    public Set<String> bytes() {
        return BYTES;
    }

    @Override
    public boolean isVideo(ObjectNode holder) {
        return true;
    }

    @Override
    public boolean hasEnded(JsonNode operation) {
        return operation.path("done").asBoolean(false);
    }

    @Override
    public Poll poll(JsonNode operation, UnaryOperator<String> mask) {
        if (!hasEnded(operation)) {
            var done = operation.path("done");
            return operation.path("name").isString() && (done.isMissingNode() || done.isNull() || done.isBoolean())
                    ? new Poll.Rendering(0, Optional.empty())
                    : new Poll.Unknown("An answer that is no operation");
        }
        if (operation.path("error").isObject()) {
            return failed(operation.path("error"), mask);
        }
        var result = result(operation);
        if (has(result, "uri") || BYTES.stream().anyMatch(name -> has(result, name))) {
            return new Poll.Completed();
        }
        if (has(result, "gcsUri")) {
            return new Poll.Failed(
                    "unsupported_output",
                    "The provider wrote the video to a bucket ("
                            + first(result, "gcsUri").orElse("") + "), which is not read from here.",
                    Poll.Cause.LASTING);
        }
        if (!result.path("raiMediaFilteredReasons").isEmpty()
                || result.path("raiMediaFilteredCount").asInt(0) > 0) {
            return new Poll.Failed(
                    GoogleError.CONTENT_REFUSED,
                    ErrorWords.message(
                            result.path("raiMediaFilteredReasons")
                                    .path(0)
                                    .asString("The provider's filter held the video back."),
                            mask),
                    Poll.Cause.FILTERED);
        }
        return result.isObject()
                ? new Poll.Failed("server_error", "The provider ended the render without a video.", Poll.Cause.LASTING)
                : new Poll.Unknown("A result that nobody knows");
    }

    /// gRPC's numbers; the words are those that the OpenAI surface has for them.
    private static Poll failed(JsonNode error, UnaryOperator<String> mask) {
        var message =
                ErrorWords.message(error.path("message").asString("The provider says that the render failed."), mask);
        int number = error.path("code").asInt(0);
        var code = switch (number) {
            case 3, 9, 11 -> GoogleError.isRefusal(message) ? GoogleError.CONTENT_REFUSED : "invalid_request";
            case 8 -> "rate_limit_exceeded";
            default -> "server_error";
        };
        return new Poll.Failed(code, message, PASSING.contains(number) ? Poll.Cause.PASSING : Poll.Cause.LASTING);
    }

    /// The part of the answer that has the videos: one level deeper on the Gemini API.
    private static JsonNode result(JsonNode operation) {
        var response = operation.path("response");
        var inner = response.path("generateVideoResponse");
        if (inner.isObject()) {
            return inner;
        }
        boolean known = response.has("videos")
                || response.has("raiMediaFilteredCount")
                || response.path("@type").asString("").endsWith("GenerateVideoResponse");
        return known ? response : inner;
    }

    @Override
    public Optional<String> address(JsonNode operation) {
        return first(result(operation), "uri");
    }

    private static boolean has(JsonNode result, String field) {
        return first(result, field).isPresent();
    }

    private static Optional<String> first(JsonNode result, String field) {
        for (var sample : result.path("generatedSamples")) {
            if (sample.path("video").path(field).isString()) {
                return Optional.of(sample.path("video").path(field).stringValue());
            }
        }
        for (var video : result.path("videos")) {
            if (video.path(field).isString()) {
                return Optional.of(video.path(field).stringValue());
            }
        }
        return Optional.empty();
    }
}
