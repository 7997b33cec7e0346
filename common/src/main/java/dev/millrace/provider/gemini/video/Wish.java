package dev.millrace.provider.gemini.video;

import dev.millrace.provider.ProviderOutcome.Unfit;
import dev.millrace.provider.Target;
import dev.millrace.provider.VideoAdapter;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A video as its caller wishes it, in the words that OpenAI's body and Google's have in common. What Google has no
/// words for is refused by name before anything is sent.
///
/// @param seconds empty where the caller named none
/// @param portrait whether it is higher than wide
/// @param resolution `360p`, `720p`, `1080p` or `4k`
/// @param dropped what Google has no words for, and somebody let go
record Wish(
        JsonNode request,
        String prompt,
        Optional<String> seconds,
        boolean portrait,
        String resolution,
        Optional<Reference> reference,
        List<String> dropped) {

    /// Names that say nothing of the video.
    private static final Set<String> IGNORED = Set.of("model", "user");

    private static final Set<String> COMMON = Set.of("prompt", "seconds", "size", "input_reference");

    private static final Pattern DATA_URL = Pattern.compile("data:([a-z]+/[a-z0-9.+-]+);base64,");
    static final Set<String> PICTURES = Set.of("image/jpeg", "image/png");
    private static final Pattern SECONDS = Pattern.compile("\\d{1,3}");

    /// The first frame, as the caller sent it.
    sealed interface Reference {

        record Picture(String type, String base64) implements Reference {}

        /// Where it is to be had.
        record Address(URI uri) implements Reference {}
    }

    /// A part of the request that this target has nothing for.
    static final class UnfitException extends Exception {
        private final transient Unfit unfit;

        UnfitException(String param, String message) {
            super(message);
            this.unfit = new Unfit(param, message);
        }

        Unfit unfit() {
            return unfit;
        }
    }

    /// @param own names that the target's format takes beside those of OpenAI's body
    /// @param mayDrop what may be let go
    static Wish of(byte[] body, Target target, Set<String> own, Set<String> mayDrop) throws UnfitException {
        var request = object(body);
        var dropped = new ArrayList<String>();
        for (var name : List.copyOf(request.propertyNames())) {
            if (request.path(name).isNull() || IGNORED.contains(name) || isTaken(name, target, own)) {
                continue;
            }
            if (VideoAdapter.ESSENTIALS.contains(name) || !mayDrop.contains(name)) {
                throw new UnfitException(name, "'" + name + "' is nothing that " + target.model() + " takes.");
            }
            request.remove(name);
            dropped.add(name);
        }
        if (!request.path("prompt").isString()) {
            throw new UnfitException("prompt", "'prompt' must be a text.");
        }
        var size = request.hasNonNull("size") ? request.path("size").asString("") : VideoAdapter.USUAL_SIZE;
        return new Wish(
                request,
                request.path("prompt").stringValue(),
                seconds(request.path("seconds")),
                isPortrait(size),
                resolution(size),
                reference(request.path("input_reference")),
                List.copyOf(dropped));
    }

    private static ObjectNode object(byte[] body) throws UnfitException {
        try {
            if (JsonMapper.shared().readTree(body) instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException noJson) {
            // Answered below.
        }
        throw new UnfitException("body", "The request is no JSON object.");
    }

    private static boolean isTaken(String name, Target target, Set<String> own) {
        return !target.traits().refuses().contains(name) && (COMMON.contains(name) || own.contains(name));
    }

    private static Optional<String> seconds(JsonNode seconds) throws UnfitException {
        if (seconds.isMissingNode() || seconds.isNull()) {
            return Optional.empty();
        }
        var text = seconds.asString("");
        if (!SECONDS.matcher(text).matches()) {
            throw new UnfitException("seconds", "'seconds' must be a whole number.");
        }
        return Optional.of(text);
    }

    private static boolean isPortrait(String size) throws UnfitException {
        return switch (size) {
            case "360x640", "720x1280", "1080x1920", "2160x3840" -> true;
            case "640x360", "1280x720", "1920x1080", "3840x2160" -> false;
            default ->
                throw new UnfitException(
                        "size", "Google makes videos of 16:9 and 9:16 in 360p, 720p, 1080p and 4k, not of this size.");
        };
    }

    static String resolution(String size) {
        return switch (size) {
            case "360x640", "640x360" -> "360p";
            case "1080x1920", "1920x1080" -> "1080p";
            case "2160x3840", "3840x2160" -> "4k";
            default -> "720p";
        };
    }

    private static Optional<Reference> reference(JsonNode reference) throws UnfitException {
        if (reference.isMissingNode() || reference.isNull()) {
            return Optional.empty();
        }
        if (reference.hasNonNull("file_id")) {
            throw new UnfitException(
                    "input_reference.file_id", "Google knows no files of OpenAI's; send the picture as a data: URL.");
        }
        if (!reference.path("image_url").isString()) {
            throw new UnfitException("input_reference", "'input_reference' must be an object with an image_url.");
        }
        var url = reference.path("image_url").stringValue();
        var head = DATA_URL.matcher(url);
        if (!head.lookingAt()) {
            return Optional.of(new Reference.Address(address(url)));
        }
        if (!PICTURES.contains(head.group(1))) {
            throw new UnfitException("input_reference.image_url", "Google takes pictures in JPEG and PNG.");
        }
        return Optional.of(new Reference.Picture(head.group(1), url.substring(head.end())));
    }

    private static URI address(String url) throws UnfitException {
        try {
            var uri = new URI(url);
            if (uri.getHost() != null && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (URISyntaxException noUri) {
            // Answered below.
        }
        throw new UnfitException(
                "input_reference.image_url", "Google takes a picture from an http address or a data: URL in base64.");
    }

    String aspectRatio() {
        return portrait ? "9:16" : "16:9";
    }

    boolean has(String name) {
        return request.hasNonNull(name);
    }
}
