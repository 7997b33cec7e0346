package dev.millrace.provider.gemini;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The parameters of generation: length, sampling, format of the answer, thought.
final class GeminiConfig {

    /// Same meaning, another spelling.
    private static final Map<String, String> RENAMED = Map.of(
            "temperature", "temperature",
            "top_p", "topP",
            "top_k", "topK",
            "presence_penalty", "presencePenalty",
            "frequency_penalty", "frequencyPenalty");

    /// All that this class reads.
    static final List<String> READ = List.of(
            "temperature",
            "top_p",
            "top_k",
            "presence_penalty",
            "frequency_penalty",
            "max_completion_tokens",
            "max_tokens",
            "seed",
            "n",
            "stop",
            "logprobs",
            "top_logprobs",
            "response_format",
            "reasoning_effort");

    private GeminiConfig() {}

    /// @param model the bare name
    static ObjectNode of(JsonNode request, String model) {
        var config = JsonNodeFactory.instance.objectNode();
        for (var name : READ) {
            if (request.hasNonNull(name)) {
                put(config, request, name, request.get(name), model);
            }
        }
        return config;
    }

    private static void put(ObjectNode config, JsonNode request, String name, JsonNode value, String model) {
        switch (name) {
            case "max_completion_tokens" -> config.set("maxOutputTokens", value);
            case "max_tokens" -> {
                if (!config.has("maxOutputTokens")) {
                    config.set("maxOutputTokens", value);
                }
            }
            case "seed" -> {
                if (!value.canConvertToInt()) {
                    throw new UnfitException("seed", "Google's format takes seeds of 32 bits.");
                }
                config.set("seed", value);
            }
            case "n" -> {
                if (value.asInt(1) != 1) {
                    config.set("candidateCount", value);
                }
            }
            case "stop" -> stop(config, value);
            case "logprobs" -> {
                if (value.asBoolean(false)) {
                    config.put("responseLogprobs", true);
                }
            }
            case "top_logprobs" -> {
                if (request.path("logprobs").asBoolean(false)) {
                    config.set("logprobs", value);
                }
            }
            case "response_format" -> format(config, value);
            case "reasoning_effort" ->
                GeminiThinking.config(model, value.asString(""))
                        .ifPresent(thinking -> config.set("thinkingConfig", thinking));
            case "presence_penalty", "frequency_penalty" -> {
                // Many models take none, not even one of nothing.
                if (value.asDouble(1) != 0) {
                    config.set(RENAMED.getOrDefault(name, name), value);
                }
            }
            default -> config.set(RENAMED.getOrDefault(name, name), value);
        }
    }

    private static void stop(ObjectNode config, JsonNode stop) {
        if (stop.isArray() && stop.isEmpty()) {
            return;
        }
        var sequences = config.putArray("stopSequences");
        if (stop.isArray()) {
            stop.forEach(sequences::add);
        } else {
            sequences.add(stop);
        }
    }

    private static void format(ObjectNode config, JsonNode format) {
        switch (format.path("type").asString("")) {
            case "text" -> {
                // What it is without being asked.
            }
            case "json_object" -> config.put("responseMimeType", "application/json");
            case "json_schema" -> {
                config.put("responseMimeType", "application/json");
                var schema = format.path("json_schema").path("schema");
                if (schema.isObject()) {
                    config.set("responseJsonSchema", ReferenceSchema.of(schema));
                }
            }
            default -> throw new UnfitException("response_format", "Google's answers have no such format.");
        }
    }
}
