package dev.millrace.provider.gemini;

import dev.millrace.provider.Usage;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Google's counts: those of thoughts stand beside the answer's, those of built-in tools beside the prompt's, those
/// of the cache are part of the prompt's. What is zero is left out.
final class GeminiUsage {

    private GeminiUsage() {}

    static Optional<Usage> of(JsonNode metadata) {
        if (!metadata.isObject() || !metadata.has("promptTokenCount")) {
            return Optional.empty();
        }
        long thoughts = metadata.path("thoughtsTokenCount").asLong(0);
        return Optional.of(new Usage(
                metadata.path("promptTokenCount").asLong(0)
                        + metadata.path("toolUsePromptTokenCount").asLong(0),
                metadata.path("candidatesTokenCount").asLong(0) + thoughts,
                metadata.path("cachedContentTokenCount").asLong(0),
                thoughts,
                false));
    }
}
