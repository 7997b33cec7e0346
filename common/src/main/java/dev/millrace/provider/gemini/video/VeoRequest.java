package dev.millrace.provider.gemini.video;

import dev.millrace.provider.Target;
import dev.millrace.provider.VideoAdapter;
import dev.millrace.provider.gemini.video.Wish.UnfitException;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The body of `predictLongRunning`, in the form that Google's own SDKs send.
///
/// @param vertex whether it goes to Vertex AI, which takes more than the Gemini API
record VeoRequest(boolean vertex, Pictures pictures) {

    private static final int LONGEST = 8;
    private static final Set<String> LENGTHS = Set.of("4", "6", "8");

    Wish wish(byte[] request, Target target, Set<String> mayDrop) throws UnfitException {
        return Wish.of(
                request,
                target,
                vertex ? Set.of("negative_prompt", "seed", "generate_audio") : Set.of("negative_prompt"),
                mayDrop);
    }

    /// What the OpenAI body takes for a length that is not named; what is larger than 720p has one length only.
    static int usualSeconds(String resolution) {
        return isLarger(resolution) ? LONGEST : VideoAdapter.USUAL_SECONDS;
    }

    private static boolean isLarger(String resolution) {
        return resolution.equals("1080p") || resolution.equals("4k");
    }

    JsonNode of(Wish wish) throws UnfitException {
        if (wish.resolution().equals("360p")) {
            throw new UnfitException("size", "Veo makes videos in 720p, 1080p and 4k.");
        }
        var seconds = wish.seconds().orElseGet(() -> Integer.toString(usualSeconds(wish.resolution())));
        if (!LENGTHS.contains(seconds)) {
            throw new UnfitException("seconds", "Veo makes videos of 4, 6 or 8 seconds.");
        }
        if (isLarger(wish.resolution()) && Integer.parseInt(seconds) != LONGEST) {
            throw new UnfitException("seconds", "Veo makes videos larger than 720p in 8 seconds only.");
        }
        var body = JsonMapper.shared().createObjectNode();
        var instance = body.putArray("instances").addObject().put("prompt", wish.prompt());
        pictures.of(wish)
                .ifPresent(picture -> instance.putObject("image")
                        .put("bytesBase64Encoded", picture.base64())
                        .put("mimeType", picture.type()));
        var parameters = body.putObject("parameters")
                .put("sampleCount", 1)
                .put("durationSeconds", Integer.parseInt(seconds))
                .put("aspectRatio", wish.aspectRatio())
                .put("resolution", wish.resolution());
        own(wish, parameters);
        return body;
    }

    /// What only Google has, under OpenAI's manner of writing.
    private static void own(Wish wish, ObjectNode parameters) throws UnfitException {
        if (wish.has("negative_prompt")) {
            if (!wish.request().path("negative_prompt").isString()) {
                throw new UnfitException("negative_prompt", "'negative_prompt' must be a text.");
            }
            parameters.set("negativePrompt", wish.request().path("negative_prompt"));
        }
        if (wish.has("seed")) {
            if (!wish.request().path("seed").isIntegralNumber()) {
                throw new UnfitException("seed", "'seed' must be a whole number.");
            }
            parameters.set("seed", wish.request().path("seed"));
        }
        if (wish.has("generate_audio")) {
            if (!wish.request().path("generate_audio").isBoolean()) {
                throw new UnfitException("generate_audio", "'generate_audio' must be true or false.");
            }
            parameters.set("generateAudio", wish.request().path("generate_audio"));
        }
    }
}
