package dev.millrace.provider;

import tools.jackson.databind.JsonNode;

/// Usage of an answer whose provider told none: four characters make a token, as they do in English.
public final class UsageGuess {

    private static final int CHARACTERS_PER_TOKEN = 4;

    /// What a part that is no text counts: as much as a small picture.
    private static final long CHARACTERS_PER_ATTACHMENT = 1_000;

    private UsageGuess() {}

    /// At least one for any text at all.
    public static long tokens(long characters) {
        return (characters + CHARACTERS_PER_TOKEN - 1) / CHARACTERS_PER_TOKEN;
    }

    /// At least 1.
    ///
    /// @param request the body of `POST /chat/completions` or `POST /embeddings`
    public static long prompt(JsonNode request) {
        long characters = text(request.path("messages")) + text(request.path("tools")) + text(request.path("input"));
        return Math.max(1, tokens(characters));
    }

    /// All text at any depth, names left out.
    private static long text(JsonNode node) {
        if (node.isString()) {
            var text = node.stringValue();
            return text.startsWith("data:") ? CHARACTERS_PER_ATTACHMENT : text.length();
        }
        if (node.isNumber()) {
            // The token ids of an embedding's input.
            return CHARACTERS_PER_TOKEN;
        }
        long characters = 0;
        for (var child : node) {
            characters += text(child);
        }
        return characters;
    }
}
