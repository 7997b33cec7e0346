package dev.millrace.provider.gemini;

import java.net.URI;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The content of a message as Google's parts: text, and data that is inline or lies at an address.
final class GeminiParts {

    private static final Pattern DATA_URL = Pattern.compile("data:([^;,]*)((?:;[^;,]*)*),(.*)", Pattern.DOTALL);
    private static final Pattern WORD = Pattern.compile("[a-z0-9.+-]{1,20}");

    private static final Map<String, String> TYPES = Map.of(
            "png", "image/png",
            "jpg", "image/jpeg",
            "jpeg", "image/jpeg",
            "webp", "image/webp",
            "gif", "image/gif",
            "heic", "image/heic",
            "pdf", "application/pdf",
            "txt", "text/plain",
            "csv", "text/csv",
            "html", "text/html");

    private GeminiParts() {}

    /// @param content a string, an array of parts, or null
    /// @param at where it stands in the request
    static ArrayNode of(JsonNode content, String at) {
        var parts = JsonNodeFactory.instance.arrayNode();
        if (content.isString()) {
            text(parts, content.stringValue());
        } else if (content.isArray()) {
            for (int i = 0; i < content.size(); i++) {
                add(parts, content.get(i), at + "[" + i + "]");
            }
        } else if (!content.isNull() && !content.isMissingNode()) {
            throw new UnfitException(at, "A message's content is a text or an array of parts.");
        }
        return parts;
    }

    /// The texts of a content that can hold nothing else.
    static String text(JsonNode content, String at) {
        var text = new StringBuilder();
        for (var part : of(content, at)) {
            if (!part.path("text").isString()) {
                throw new UnfitException(at, "Google's format takes only text here.");
            }
            text.append(part.path("text").stringValue());
        }
        return text.toString();
    }

    /// Empty text is no part: Google refuses it.
    static void text(ArrayNode parts, String text) {
        if (!text.isEmpty()) {
            parts.addObject().put("text", text);
        }
    }

    private static void add(ArrayNode parts, JsonNode part, String at) {
        switch (part.path("type").asString("")) {
            case "text" -> text(parts, part.path("text").asString(""));
            case "refusal" -> text(parts, part.path("refusal").asString(""));
            case "image_url" ->
                parts.add(image(part.path("image_url").path("url").asString(""), at + ".image_url.url"));
            case "input_audio" -> parts.add(audio(part.path("input_audio"), at + ".input_audio"));
            case "file" -> parts.add(file(part.path("file"), at + ".file"));
            default -> throw new UnfitException(at, "Google's format has no part of this type.");
        }
    }

    private static ObjectNode image(String url, String at) {
        if (url.startsWith("data:")) {
            return dataUrl(url, at);
        }
        if (!url.startsWith("https://") && !url.startsWith("http://")) {
            throw new UnfitException(at, "An image is a data: URL or an http(s) URL.");
        }
        var part = JsonNodeFactory.instance.objectNode();
        var data = part.putObject("fileData");
        typeOf(pathOf(url)).ifPresent(type -> data.put("mimeType", type));
        data.put("fileUri", url);
        return part;
    }

    private static ObjectNode audio(JsonNode audio, String at) {
        var format = audio.path("format").asString("");
        if (!WORD.matcher(format).matches()) {
            throw new UnfitException(at + ".format", "Audio needs a format, such as wav.");
        }
        return inline("audio/" + format, audio.path("data").asString(""), at + ".data");
    }

    private static ObjectNode file(JsonNode file, String at) {
        var data = file.path("file_data").asString("");
        if (data.startsWith("data:")) {
            return dataUrl(data, at + ".file_data");
        }
        if (data.isEmpty()) {
            throw new UnfitException(
                    file.hasNonNull("file_id") ? at + ".file_id" : at,
                    "A file goes to Google inside the request, as file_data.");
        }
        var type = typeOf(file.path("filename").asString("")).orElse("application/pdf");
        return inline(type, data, at + ".file_data");
    }

    private static ObjectNode dataUrl(String url, String at) {
        var match = DATA_URL.matcher(url);
        if (!match.matches()
                || !match.group(2).endsWith(";base64")
                || match.group(1).isEmpty()) {
            throw new UnfitException(at, "A data: URL needs its type and base64.");
        }
        return inline(match.group(1), match.group(3), at);
    }

    private static ObjectNode inline(String type, String data, String at) {
        if (data.isEmpty() || !isBase64(data)) {
            throw new UnfitException(at, "The data is not in base64.");
        }
        var part = JsonNodeFactory.instance.objectNode();
        part.putObject("inlineData").put("mimeType", type).put("data", data);
        return part;
    }

    /// The first and last few characters tell a mistake; the rest, which may be megabytes, is Google's to judge.
    private static boolean isBase64(String data) {
        try {
            int head = Math.min(data.length(), 64) & ~3;
            return head == 0
                    ? Base64.getDecoder().decode(data).length > 0
                    : Base64.getDecoder().decode(data.substring(0, head)).length > 0;
        } catch (IllegalArgumentException noBase64) {
            return false;
        }
    }

    private static String pathOf(String url) {
        try {
            var path = URI.create(url).getPath();
            return path == null ? "" : path;
        } catch (IllegalArgumentException odd) {
            return "";
        }
    }

    private static Optional<String> typeOf(String name) {
        var ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return Optional.ofNullable(TYPES.get(ending));
    }
}
