package dev.millrace.simulator.anthropic;

import dev.millrace.simulator.desk.ApiException;
import dev.millrace.simulator.desk.Incoming;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A request for a message, checked as strictly as its documented types.
///
/// @param body      the whole of it
/// @param maxTokens at most so many tokens, thoughts included
/// @param thinking  whether the answer begins with a thought
/// @param tool      the tools that may be called, or have to
record MessagesRequest(
        JsonNode body,
        String model,
        Conversation conversation,
        long maxTokens,
        boolean stream,
        boolean thinking,
        ToolChoice tool) {

    private static final Set<String> FIELDS = Set.of(
            "model",
            "messages",
            "max_tokens",
            "system",
            "stop_sequences",
            "stream",
            "temperature",
            "top_p",
            "top_k",
            "tools",
            "tool_choice",
            "thinking",
            "output_config",
            "metadata",
            "service_tier",
            "cache_control",
            "container",
            "inference_geo",
            "speed",
            "diagnostics");
    private static final Set<String> SAMPLING = Set.of("temperature", "top_p", "top_k");
    private static final Set<String> EFFORTS = Set.of("low", "medium", "high", "xhigh", "max");
    private static final long LEAST_THINKING = 1024;

    /// Reads a request.
    ///
    /// @param counting whether only its tokens are to be counted, which needs no limit
    static MessagesRequest read(Incoming incoming, boolean counting) throws ApiException {
        Version version = Version.of(incoming.head());
        String bearer = incoming.head().bearerToken();
        String apiKey = incoming.head().header("x-api-key");
        if (bearer != null && apiKey != null && !bearer.equals(apiKey)) {
            throw Complaint.of("x-api-key and Authorization carry different credentials");
        }
        JsonNode body = Complaint.object(incoming.body());
        String model = Complaint.text(body, "model", "");
        long maxTokens = maxTokens(body, counting);
        checkFields(body, version);
        Conversation conversation = Conversation.read(body.path("messages"), version);
        boolean thinking = thinking(body.path("thinking"), maxTokens);
        ToolChoice tool = ToolChoice.of(body);
        if (thinking && tool.required()) {
            throw Complaint.of("Thinking may not be enabled when tool_choice forces tool use.");
        }
        if (thinking) {
            conversation.checkThinkingKept();
        }
        return new MessagesRequest(
                body, model, conversation, maxTokens, body.path("stream").asBoolean(false), thinking, tool);
    }

    /// The schema that the answer must fit, if there is one.
    Optional<JsonNode> schema() {
        JsonNode schema = body.path("output_config").path("format").path("schema");
        return schema.isObject() ? Optional.of(schema) : Optional.empty();
    }

    /// Whether thoughts are signed only, and not shown.
    boolean thoughtsHidden() {
        return body.path("thinking").path("display").asString("").equals("omitted");
    }

    /// The stop sequence that the text runs into first, if it does.
    @Nullable
    String stopIn(String text) {
        String first = null;
        int at = Integer.MAX_VALUE;
        for (JsonNode sequence : body.path("stop_sequences")) {
            int found = text.indexOf(sequence.asString(""));
            if (found >= 0 && found < at) {
                at = found;
                first = sequence.asString("");
            }
        }
        return first;
    }

    /// A guess of four characters a token, and some for each turn.
    long promptTokens() {
        long system = 0;
        if (body.path("system").isString()) {
            system = body.path("system").stringValue().length();
        }
        for (JsonNode block : body.path("system")) {
            system += block.path("text").asString("").length();
        }
        return (conversation.characters() + system) / 4
                + 3L * conversation.turns().size()
                + 1;
    }

    private static long maxTokens(JsonNode body, boolean counting) throws ApiException {
        JsonNode limit = body.path("max_tokens");
        if (limit.isMissingNode() && counting) {
            return Long.MAX_VALUE;
        }
        if (limit.isMissingNode()) {
            throw Complaint.missing("max_tokens");
        }
        if (!limit.isIntegralNumber() || limit.longValue() < 0) {
            throw Complaint.wrong("max_tokens", "a valid integer, greater than or equal to 1");
        }
        return limit.longValue();
    }

    private static void checkFields(JsonNode body, Version version) throws ApiException {
        for (String field : body.propertyNames()) {
            if (!FIELDS.contains(field) || (version == Version.V2026_10_21 && SAMPLING.contains(field))) {
                throw Complaint.extra(field);
            }
        }
        checkRange(body, "temperature");
        checkRange(body, "top_p");
        JsonNode system = body.path("system");
        for (int i = 0; i < (system.isArray() ? system.size() : 0); i++) {
            if (!Blocks.is(system.path(i), "text")) {
                throw Complaint.wrong("system." + i + ".type", "'text'");
            }
            if (Complaint.text(system.path(i), "text", "system." + i + ".").isEmpty()) {
                throw Complaint.of("system: text content blocks must be non-empty");
            }
        }
        if (!system.isMissingNode() && !system.isString() && !system.isArray()) {
            throw Complaint.wrong("system", "a valid string or a valid list");
        }
        for (JsonNode sequence : body.path("stop_sequences")) {
            if (sequence.asString("").isBlank()) {
                throw Complaint.of("stop_sequences: each stop sequence must contain non-whitespace");
            }
        }
        JsonNode stream = body.path("stream");
        if (!stream.isMissingNode() && !stream.isBoolean()) {
            throw Complaint.wrong("stream", "a valid boolean");
        }
        JsonNode tier = body.path("service_tier");
        if (!tier.isMissingNode() && !Set.of("auto", "standard_only").contains(tier.asString(""))) {
            throw Complaint.wrong("service_tier", "'auto' or 'standard_only'");
        }
        checkOutput(body.path("output_config"));
    }

    private static void checkRange(JsonNode body, String field) throws ApiException {
        JsonNode value = body.path(field);
        if (!value.isMissingNode() && !(value.isNumber() && value.doubleValue() >= 0 && value.doubleValue() <= 1)) {
            throw Complaint.of(field + ": range: 0..1");
        }
    }

    private static void checkOutput(JsonNode output) throws ApiException {
        if (output.isMissingNode()) {
            return;
        }
        for (String field : output.propertyNames()) {
            if (!field.equals("effort") && !field.equals("format")) {
                throw Complaint.extra("output_config." + field);
            }
        }
        if (output.has("effort") && !EFFORTS.contains(output.path("effort").asString(""))) {
            throw Complaint.wrong("output_config.effort", "'low', 'medium', 'high', 'xhigh' or 'max'");
        }
        JsonNode format = output.path("format");
        if (format.isObject()) {
            if (!Blocks.is(format, "json_schema")) {
                throw Complaint.wrong("output_config.format.type", "'json_schema'");
            }
            for (String field : format.propertyNames()) {
                if (!field.equals("type") && !field.equals("schema")) {
                    throw Complaint.extra("output_config.format." + field);
                }
            }
            SchemaLimits.check(format.path("schema"));
        }
    }

    private static boolean thinking(JsonNode thinking, long maxTokens) throws ApiException {
        if (thinking.isMissingNode()) {
            return false;
        }
        return switch (Complaint.text(thinking, "type", "thinking.")) {
            case "disabled" -> false;
            case "adaptive", "between_tools" -> true;
            case "enabled" -> {
                long budget = thinking.path("budget_tokens").asLong(0);
                if (budget < LEAST_THINKING) {
                    throw Complaint.wrong(
                            "thinking.enabled.budget_tokens", "greater than or equal to " + LEAST_THINKING);
                }
                if (budget >= maxTokens) {
                    throw Complaint.of("`max_tokens` must be greater than `thinking.budget_tokens`");
                }
                yield true;
            }
            default -> throw Complaint.wrong("thinking.type", "'enabled', 'adaptive', 'between_tools' or 'disabled'");
        };
    }
}
