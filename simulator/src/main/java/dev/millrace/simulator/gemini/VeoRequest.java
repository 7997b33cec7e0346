package dev.millrace.simulator.gemini;

import dev.millrace.simulator.desk.ApiException;
import dev.millrace.simulator.desk.Incoming;
import java.util.HashSet;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// A request for a video, in the form that the Gemini API and Vertex share.
///
/// @param size   as OpenAI would write it, so that the bill reads alike for all formats
/// @param fields the names of all fields of the instance and the parameters
record VeoRequest(String prompt, String size, String seconds, Set<String> fields) {

    private static final Set<String> INSTANCE = Set.of("prompt", "image", "lastFrame", "referenceImages", "video");
    private static final Set<String> PARAMETERS = Set.of(
            "sampleCount",
            "durationSeconds",
            "aspectRatio",
            "resolution",
            "personGeneration",
            "negativePrompt",
            "enhancePrompt",
            "seed");
    private static final Set<String> VERTEX_ONLY =
            Set.of("storageUri", "generateAudio", "compressionQuality", "fps", "resizeMode", "pubsubTopic");
    private static final Set<String> IMAGES = Set.of("image/jpeg", "image/png", "image/webp");
    private static final int MOST_REFERENCES = 3;

    static VeoRequest read(ModelCall call, Incoming incoming) throws ApiException {
        JsonNode body = GoogleJson.object(incoming.body());
        GoogleJson.checkNames(body, Set.of("instances", "parameters", call.vertex() ? "labels" : "webhookConfig"), "");
        if (body.path("instances").size() != 1) {
            throw GoogleJson.invalid("Exactly one instance is expected, not "
                    + body.path("instances").size() + ".");
        }
        JsonNode instance = body.path("instances").path(0);
        JsonNode parameters = body.path("parameters");
        GoogleJson.checkNames(instance, INSTANCE, "instances[0]");
        Set<String> known = new HashSet<>(PARAMETERS);
        if (call.vertex()) {
            known.addAll(VERTEX_ONLY);
        }
        GoogleJson.checkNames(parameters, known, "parameters");
        checkInstance(instance, call);
        Set<String> fields = new HashSet<>(instance.propertyNames());
        fields.addAll(parameters.propertyNames());
        String prompt = instance.path("prompt").asString("");
        String seconds = seconds(parameters.path("durationSeconds"));
        String size = size(parameters);
        boolean long8 = instance.has("video")
                || instance.has("referenceImages")
                || !parameters.path("resolution").asString("720p").equals("720p");
        if (long8 && !seconds.equals("8")) {
            throw GoogleJson.invalid("durationSeconds must be 8 with reference images, for an extension, or for a"
                    + " resolution above 720p; found " + seconds + ".");
        }
        if (parameters.path("sampleCount").asInt(1) != 1) {
            throw GoogleJson.invalid("sampleCount: this simulator renders one sample at a time.");
        }
        if (parameters.hasNonNull("storageUri")) {
            throw GoogleJson.invalid("storageUri: this simulator has no buckets.");
        }
        return new VeoRequest(prompt, size, seconds, fields);
    }

    private static void checkInstance(JsonNode instance, ModelCall call) throws ApiException {
        if (instance.path("prompt").asString("").isEmpty() && !instance.has("image")) {
            throw GoogleJson.invalid("instances[0].prompt: a prompt or an image is required.");
        }
        if (instance.has("image")) {
            checkImage(instance.path("image"), "instances[0].image", call);
        }
        if (instance.has("lastFrame")) {
            if (!instance.has("image")) {
                throw GoogleJson.invalid("instances[0].lastFrame: only together with image.");
            }
            checkImage(instance.path("lastFrame"), "instances[0].lastFrame", call);
        }
        JsonNode references = instance.path("referenceImages");
        if (references.size() > MOST_REFERENCES) {
            throw GoogleJson.invalid("instances[0].referenceImages: at most " + MOST_REFERENCES + ".");
        }
        boolean lite = call.model().contains("-lite");
        if (!references.isEmpty()
                && (lite || instance.has("image") || instance.has("lastFrame") || instance.has("video"))) {
            throw GoogleJson.invalid(
                    "instances[0].referenceImages: not with image, lastFrame or video, and not for this model.");
        }
        for (JsonNode reference : references) {
            if (!Set.of("asset", "style")
                    .contains(reference.path("referenceType").asString(""))) {
                throw GoogleJson.invalid("instances[0].referenceImages.referenceType: 'asset' or 'style'.");
            }
            checkImage(reference.path("image"), "instances[0].referenceImages.image", call);
        }
        JsonNode video = instance.path("video");
        if (!video.isMissingNode()
                && (lite || !(video.has("uri") || video.has("encodedVideo") || video.has("gcsUri")))) {
            throw GoogleJson.invalid("instances[0].video: a uri or an encoded video, and not for this model.");
        }
    }

    /// As the SDKs send it, or as the documentation of the REST API shows it.
    private static void checkImage(JsonNode image, String at, ModelCall call) throws ApiException {
        if (call.vertex() && image.hasNonNull("gcsUri")) {
            return;
        }
        JsonNode data = image.has("inlineData") ? image.path("inlineData") : image;
        GoogleJson.checkNames(data, Set.of("bytesBase64Encoded", "data", "mimeType"), at);
        if (!IMAGES.contains(data.path("mimeType").asString(""))) {
            throw GoogleJson.invalid(at + ".mimeType: Unsupported MIME type '"
                    + data.path("mimeType").asString("") + "'.");
        }
        GoogleJson.checkBytes(
                image.has("inlineData") ? data.path("data") : data.path("bytesBase64Encoded"),
                at + ".bytesBase64Encoded");
    }

    /// A number in what the SDKs send, a string in the documentation.
    private static String seconds(JsonNode duration) throws ApiException {
        String seconds = duration.isMissingNode() || duration.isNull() ? "8" : duration.asString("");
        if (!Set.of("4", "6", "8").contains(seconds)) {
            throw GoogleJson.invalid("durationSeconds: The number value for durationSeconds is out of bound. Please"
                    + " provide a value of 4, 6 or 8.");
        }
        return seconds;
    }

    private static String size(JsonNode parameters) throws ApiException {
        int shorter = switch (parameters.path("resolution").asString("720p")) {
            case "720p" -> 720;
            case "1080p" -> 1080;
            case "4k" -> 2160;
            default -> throw GoogleJson.invalid("resolution: '720p', '1080p' or '4k'.");
        };
        int longer = shorter / 9 * 16;
        return switch (parameters.path("aspectRatio").asString("16:9")) {
            case "16:9" -> longer + "x" + shorter;
            case "9:16" -> shorter + "x" + longer;
            default -> throw GoogleJson.invalid("aspectRatio: '16:9' or '9:16'.");
        };
    }
}
