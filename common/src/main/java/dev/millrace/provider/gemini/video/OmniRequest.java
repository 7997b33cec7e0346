package dev.millrace.provider.gemini.video;

import dev.millrace.provider.Target;
import dev.millrace.provider.VideoAdapter;
import dev.millrace.provider.gemini.GeminiModel;
import dev.millrace.provider.gemini.video.Wish.UnfitException;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The body of an interaction that makes a video in the background. The file is asked for by address: of what stands in
/// the answer itself, Google documents no more than 4 MB.
final class OmniRequest {

    private static final int SHORTEST = 3;
    private static final int LONGEST = 10;

    private final Pictures pictures;

    OmniRequest(Pictures pictures) {
        this.pictures = pictures;
    }

    Wish wish(byte[] request, Target target, Set<String> mayDrop) throws UnfitException {
        return Wish.of(request, target, Set.of(), mayDrop);
    }

    JsonNode of(Wish wish, Target target) throws UnfitException {
        int seconds = wish.seconds().map(Integer::parseInt).orElse(VideoAdapter.USUAL_SECONDS);
        if (seconds < SHORTEST || seconds > LONGEST) {
            throw new UnfitException("seconds", "Omni makes videos of 3 to 10 seconds.");
        }
        var body = JsonMapper.shared().createObjectNode().put("model", GeminiModel.bare(target.model()));
        var input = body.putArray("input");
        input.addObject().put("type", "text").put("text", wish.prompt());
        pictures.of(wish).ifPresent(picture -> {
            input.addObject().put("type", "image").put("data", picture.base64()).put("mime_type", picture.type());
            body.putObject("generation_config").putObject("video_config").put("task", "image_to_video");
        });
        // Where none is named, Omni would choose, and nobody could say what it costs.
        body.putObject("response_format")
                .put("type", "video")
                .put("aspect_ratio", wish.aspectRatio())
                .put("resolution", wish.resolution())
                .put("delivery", "uri")
                .put("duration", seconds + "s");
        return body.put("background", true).put("store", true);
    }
}
