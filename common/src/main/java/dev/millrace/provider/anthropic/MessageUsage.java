package dev.millrace.provider.anthropic;

import dev.millrace.provider.Usage;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The usage of a message. Its `input_tokens` leave the cached ones out, which the OpenAI wire format counts in.
///
/// @param cacheWritten tokens that were put into the cache, part of the prompt's
record MessageUsage(Usage usage, long cacheWritten) {

    /// @return empty where the provider did not say
    static Optional<MessageUsage> of(JsonNode usage) {
        if (!usage.isObject() || !usage.path("output_tokens").isNumber()) {
            return Optional.empty();
        }
        long cached = usage.path("cache_read_input_tokens").asLong(0);
        long written = usage.path("cache_creation_input_tokens").asLong(0);
        return Optional.of(new MessageUsage(
                new Usage(
                        usage.path("input_tokens").asLong(0) + cached + written,
                        usage.path("output_tokens").asLong(0),
                        cached,
                        usage.path("output_tokens_details").path("thinking_tokens").asLong(0),
                        false),
                written));
    }

    /// The `usage` object of the OpenAI wire format.
    ObjectNode json(JsonMapper json) {
        var object = (ObjectNode) json.readTree(usage.json());
        if (cacheWritten > 0) {
            object.withObjectProperty("prompt_tokens_details").put("cache_write_tokens", cacheWritten);
        }
        return object;
    }
}
