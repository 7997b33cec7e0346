package dev.millrace.simulator.gemini;

import dev.millrace.simulator.desk.ApiException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// A request for a video by an interaction; its names are in snake_case only.
///
/// @param size       as OpenAI would write it
/// @param seconds    as OpenAI would write them; empty where the request leaves the length to the provider
/// @param inline     whether the video is to stand in the answer
/// @param background whether the caller comes back for the result
record InteractionRequest(
        JsonNode body, String model, String prompt, String size, String seconds, boolean inline, boolean background) {

    private static final Set<String> FIELDS = Set.of(
            "model",
            "input",
            "generation_config",
            "response_format",
            "background",
            "store",
            "stream",
            "previous_interaction_id",
            "system_instruction",
            "response_modalities",
            "response_mime_type",
            "tools");
    private static final Set<String> FORMAT =
            Set.of("type", "aspect_ratio", "resolution", "delivery", "duration", "mime_type");
    private static final Set<String> TASKS =
            Set.of("text_to_video", "image_to_video", "reference_to_video", "edit", "extend", "upscale");

    private static final Pattern DURATION = Pattern.compile("([3-9]|10)s");

    static InteractionRequest read(byte[] bytes) throws ApiException {
        JsonNode body = GoogleJson.anyObject(bytes);
        GoogleJson.checkNames(body, FIELDS, "");
        String model = body.path("model").asString("");
        if (model.isEmpty()) {
            throw GoogleJson.invalid("model: required");
        }
        JsonNode format = body.path("response_format");
        GoogleJson.checkNames(format, FORMAT, "response_format");
        if (!format.path("type").asString("video").equals("video")) {
            throw GoogleJson.invalid("response_format.type: this simulator makes videos only");
        }
        String delivery = format.path("delivery").asString("inline");
        if (!Set.of("inline", "uri").contains(delivery)) {
            throw GoogleJson.invalid("response_format.delivery: 'inline' or 'uri'");
        }
        JsonNode task = body.path("generation_config").path("video_config").path("task");
        if (!task.isMissingNode() && !TASKS.contains(task.asString(""))) {
            throw GoogleJson.invalid("generation_config.video_config.task: unknown task '" + task.asString("") + "'");
        }
        boolean background = body.path("background").asBoolean(false);
        if (background && !body.path("store").asBoolean(true)) {
            throw GoogleJson.invalid("background: only for interactions that are stored");
        }
        return new InteractionRequest(
                body,
                model,
                prompt(body.path("input")),
                size(format),
                seconds(format.path("duration")),
                delivery.equals("inline"),
                background);
    }

    private static String prompt(JsonNode input) throws ApiException {
        if (input.isString() && !input.stringValue().isEmpty()) {
            return input.stringValue();
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode content : input) {
            switch (content.path("type").asString("")) {
                case "text" -> text.append(content.path("text").asString(""));
                case "image", "video" -> {
                    if (content.path("uri").asString("").isEmpty()) {
                        GoogleJson.checkBytes(content.path("data"), "input.data");
                    }
                    if (content.path("mime_type").asString("").isEmpty()) {
                        throw GoogleJson.invalid("input.mime_type: required");
                    }
                }
                default ->
                    throw GoogleJson.invalid(
                            "input.type: unknown type '" + content.path("type").asString("") + "'");
            }
        }
        if (input.isEmpty()) {
            throw GoogleJson.invalid("input: required");
        }
        return text.toString();
    }

    private static String seconds(JsonNode duration) throws ApiException {
        if (duration.isMissingNode()) {
            return "";
        }
        Matcher seconds = DURATION.matcher(duration.isString() ? duration.stringValue() : "");
        if (!seconds.matches()) {
            throw GoogleJson.invalid("response_format.duration: a text such as '8s', of 3 to 10 seconds");
        }
        return seconds.group(1);
    }

    private static String size(JsonNode format) throws ApiException {
        int shorter = switch (format.path("resolution").asString("720p")) {
            case "360p" -> 360;
            case "720p" -> 720;
            case "1080p" -> 1080;
            case "4k" -> 2160;
            default -> throw GoogleJson.invalid("response_format.resolution: '360p', '720p', '1080p' or '4k'");
        };
        int longer = shorter / 9 * 16;
        return switch (format.path("aspect_ratio").asString("16:9")) {
            case "16:9" -> longer + "x" + shorter;
            case "9:16" -> shorter + "x" + longer;
            default -> throw GoogleJson.invalid("response_format.aspect_ratio: '16:9' or '9:16'");
        };
    }
}
