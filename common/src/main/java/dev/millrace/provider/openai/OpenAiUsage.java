package dev.millrace.provider.openai;

import dev.millrace.provider.Usage;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Reads the `usage` object of a chat answer.
final class OpenAiUsage {

    private OpenAiUsage() {}

    /// Empty where it tells nothing.
    static Optional<Usage> read(JsonNode usage) {
        if (!usage.path("prompt_tokens").isNumber()
                && !usage.path("completion_tokens").isNumber()) {
            return Optional.empty();
        }
        return Optional.of(new Usage(
                count(usage.path("prompt_tokens")),
                count(usage.path("completion_tokens")),
                count(usage.path("prompt_tokens_details").path("cached_tokens")),
                count(usage.path("prompt_tokens_details").path("cache_write_tokens")),
                count(usage.path("completion_tokens_details").path("reasoning_tokens")),
                false));
    }

    /// What the provider told, with the three numbers that each client reads.
    static ObjectNode whole(ObjectNode told, Usage usage) {
        return told.put("prompt_tokens", usage.prompt())
                .put("completion_tokens", usage.completion())
                .put("total_tokens", usage.total());
    }

    /// Those of the three numbers that the provider left out.
    static void fill(ObjectNode told, Usage usage) {
        fill(told, "prompt_tokens", usage.prompt());
        fill(told, "completion_tokens", usage.completion());
        fill(told, "total_tokens", usage.total());
    }

    private static void fill(ObjectNode told, String name, long number) {
        if (!told.path(name).isNumber()) {
            told.put(name, number);
        }
    }

    private static long count(JsonNode number) {
        return Math.max(0, number.asLong(0));
    }
}
