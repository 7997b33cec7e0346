package dev.millrace.simulator.anthropic;

import dev.millrace.simulator.desk.ApiException;
import java.util.Base64;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// Checks the blocks of a message's content.
final class Blocks {

    private static final Set<String> IMAGES = Set.of("image/jpeg", "image/png", "image/gif", "image/webp");
    private static final Pattern ID = Pattern.compile("[a-zA-Z0-9_-]+");

    private Blocks() {}

    static boolean is(JsonNode block, String type) {
        return block.path("type").asString("").equals(type);
    }

    static void check(JsonNode block, String role, String at, Version version) throws ApiException {
        if (!block.isObject()) {
            throw Complaint.wrong(at, "an object");
        }
        String type = Complaint.text(block, "type", at + ".");
        boolean user = role.equals("user");
        switch (type) {
            case "text" -> checkText(block, user, at, version);
            case "image" -> {
                only(user, type, role, at);
                checkSource(block.path("source"), at + ".source", IMAGES, Set.of("url", "file"));
            }
            case "document" -> {
                only(user || version == Version.V2023_06_01, type, role, at);
                checkSource(
                        block.path("source"),
                        at + ".source",
                        Set.of("application/pdf"),
                        Set.of("url", "file", "text", "content"));
            }
            case "tool_use" -> {
                only(!user, type, role, at);
                checkId(Complaint.text(block, "id", at + ".tool_use."), at + ".tool_use.id");
                Complaint.text(block, "name", at + ".tool_use.");
                if (!block.path("input").isObject()) {
                    throw Complaint.wrong(at + ".tool_use.input", "a valid dictionary");
                }
            }
            case "tool_result" -> {
                only(user, type, role, at);
                checkId(Complaint.text(block, "tool_use_id", at + ".tool_result."), at + ".tool_result.tool_use_id");
                checkResult(block.path("content"), at + ".tool_result.content", version);
            }
            case "thinking" -> {
                only(!user, type, role, at);
                Complaint.text(block, "signature", at + ".thinking.");
                if (!block.path("thinking").isString()) {
                    throw Complaint.missing(at + ".thinking.thinking");
                }
            }
            case "redacted_thinking" -> {
                only(!user, type, role, at);
                Complaint.text(block, "data", at + ".redacted_thinking.");
            }
            case "search_result", "server_tool_use", "web_search_tool_result" -> {
                // Of tools that the provider runs itself, which the simulator has none of.
            }
            default ->
                throw Complaint.of(at + ": Input tag '" + type + "' found using 'type' does not match any of"
                        + " the expected tags");
        }
    }

    private static void checkText(JsonNode block, boolean user, String at, Version version) throws ApiException {
        if (!block.path("text").isString()) {
            throw Complaint.missing(at + ".text.text");
        }
        if (block.path("text").stringValue().isEmpty()) {
            throw Complaint.of("messages: text content blocks must be non-empty");
        }
        if (user && version == Version.V2026_10_21 && !block.path("citations").isEmpty()) {
            throw Complaint.extra(at + ".text.citations");
        }
    }

    private static void checkResult(JsonNode content, String at, Version version) throws ApiException {
        if (content.isMissingNode() || content.isString()) {
            return;
        }
        if (!content.isArray()) {
            throw Complaint.wrong(at, "a valid string or a valid list");
        }
        for (int i = 0; i < content.size(); i++) {
            check(content.path(i), "user", at + "." + i, version);
        }
    }

    private static void checkSource(JsonNode source, String at, Set<String> mediaTypes, Set<String> others)
            throws ApiException {
        if (!source.isObject()) {
            throw Complaint.missing(at);
        }
        String type = Complaint.text(source, "type", at + ".");
        if (type.equals("url")) {
            Complaint.text(source, "url", at + ".url.");
            return;
        }
        if (others.contains(type)) {
            return;
        }
        if (!type.equals("base64")) {
            throw Complaint.of(at + ": Input tag '" + type + "' does not match any of the expected tags");
        }
        String mediaType = Complaint.text(source, "media_type", at + ".base64.");
        if (!mediaTypes.contains(mediaType)) {
            throw Complaint.wrong(
                    at + ".base64.media_type",
                    mediaTypes.stream().sorted().toList().toString());
        }
        try {
            Base64.getDecoder().decode(Complaint.text(source, "data", at + ".base64."));
        } catch (IllegalArgumentException e) {
            throw Complaint.of(at + ".base64.data: invalid base64 data");
        }
    }

    private static void checkId(String id, String at) throws ApiException {
        if (!ID.matcher(id).matches()) {
            throw Complaint.of(at + ": String should match pattern '^[a-zA-Z0-9_-]+$'");
        }
    }

    private static void only(boolean allowed, String type, String role, String at) throws ApiException {
        if (!allowed) {
            throw Complaint.of(at + ": `" + type + "` blocks are not allowed in " + role + " messages");
        }
    }
}
