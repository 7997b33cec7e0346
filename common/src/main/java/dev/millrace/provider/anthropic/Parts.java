package dev.millrace.provider.anthropic;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Content as blocks. Blank texts are left out, because Messages refuses them.
final class Parts {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final Set<String> IMAGES = Set.of("image/jpeg", "image/png", "image/gif", "image/webp");

    private Parts() {}

    static ObjectNode text(String text) {
        return NODES.objectNode().put("type", "text").put("text", text);
    }

    /// Texts alone, as system and assistant messages have them.
    static List<ObjectNode> texts(JsonNode content, String at) throws UnfitException {
        var blocks = of(content, at);
        for (var block : blocks) {
            if (!block.path("type").asString("").equals("text")) {
                throw new UnfitException(at, "`" + at + "` may only hold text");
            }
        }
        return blocks;
    }

    /// @param content a string, a list of parts, `null` or nothing
    /// @param at where it stands in the request
    static List<ObjectNode> of(JsonNode content, String at) throws UnfitException {
        var blocks = new ArrayList<ObjectNode>();
        if (content.isString()) {
            if (!content.stringValue().isBlank()) {
                blocks.add(text(content.stringValue()));
            }
            return blocks;
        }
        if (!content.isArray() && !content.isNull() && !content.isMissingNode()) {
            throw new UnfitException(at, "`" + at + "` must be a string or a list of parts");
        }
        for (int i = 0; i < content.size(); i++) {
            var part = content.path(i);
            var here = at + "[" + i + "]";
            var block = block(part, here);
            if (block.path("type").asString("").equals("text")
                    && block.path("text").asString("").isBlank()) {
                continue;
            }
            if (part.path("cache_control").isObject()) {
                block.set("cache_control", part.path("cache_control"));
            }
            blocks.add(block);
        }
        return blocks;
    }

    private static ObjectNode block(JsonNode part, String at) throws UnfitException {
        return switch (part.path("type").asString("")) {
            case "text" -> text(string(part.path("text"), at + ".text"));
            case "refusal" -> text(string(part.path("refusal"), at + ".refusal"));
            case "image_url" -> image(string(part.path("image_url").path("url"), at + ".image_url.url"), at);
            case "file" -> document(part.path("file"), at + ".file");
            case "input_audio" -> throw new UnfitException(at, "Messages takes no audio");
            default -> throw new UnfitException(at, "`" + at + "` is no part that Messages has");
        };
    }

    private static ObjectNode image(String url, String at) throws UnfitException {
        var block = NODES.objectNode().put("type", "image");
        var source = block.putObject("source");
        if (url.startsWith("http://") || url.startsWith("https://")) {
            source.put("type", "url").put("url", url);
            return block;
        }
        var data = DataUrl.parse(url, at + ".image_url.url");
        var type = data.mediaType().equals("image/jpg") ? "image/jpeg" : data.mediaType();
        if (!IMAGES.contains(type)) {
            throw new UnfitException(
                    at + ".image_url.url", "Messages takes JPEG, PNG, GIF and WebP, no `" + type + "`");
        }
        source.put("type", "base64").put("media_type", type).put("data", data.base64());
        return block;
    }

    private static ObjectNode document(JsonNode file, String at) throws UnfitException {
        if (file.hasNonNull("file_id")) {
            throw new UnfitException(at + ".file_id", "A file can't be sent by its id: send its `file_data`");
        }
        var data = DataUrl.parse(string(file.path("file_data"), at + ".file_data"), at + ".file_data");
        var block = NODES.objectNode().put("type", "document");
        var source = block.putObject("source");
        if (data.mediaType().equals("application/pdf")) {
            source.put("type", "base64").put("media_type", "application/pdf").put("data", data.base64());
        } else if (data.mediaType().startsWith("text/")) {
            source.put("type", "text").put("media_type", "text/plain").put("data", data.text(at + ".file_data"));
        } else {
            throw new UnfitException(
                    at + ".file_data", "Messages takes PDF and text files, no `" + data.mediaType() + "`");
        }
        if (!file.path("filename").asString("").isBlank()) {
            block.put("title", file.path("filename").asString());
        }
        return block;
    }

    static String string(JsonNode value, String at) throws UnfitException {
        if (!value.isString()) {
            throw new UnfitException(at, "`" + at + "` must be a string");
        }
        return value.stringValue();
    }

    /// A `data:` URL with base64.
    private record DataUrl(String mediaType, String base64) {

        static DataUrl parse(String url, String at) throws UnfitException {
            int comma = url.indexOf(',');
            if (!url.regionMatches(true, 0, "data:", 0, 5) || comma < 0) {
                throw new UnfitException(at, "`" + at + "` must be a data: URL");
            }
            var head = url.substring(5, comma).toLowerCase(Locale.ROOT);
            if (!head.endsWith(";base64")) {
                throw new UnfitException(at, "The data: URL at `" + at + "` must hold base64");
            }
            int semicolon = head.indexOf(';');
            return new DataUrl(head.substring(0, semicolon).strip(), url.substring(comma + 1));
        }

        String text(String at) throws UnfitException {
            try {
                return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException noBase64) {
                throw new UnfitException(at, "The data: URL at `" + at + "` holds no base64");
            }
        }
    }
}
