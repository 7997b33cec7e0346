package dev.millrace.provider.anthropic;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What all system and developer messages say, wherever they stood: Messages has one place for it.
final class SystemPrompt {

    private final List<ObjectNode> texts = new ArrayList<>();

    void add(ObjectNode text) {
        texts.add(text);
    }

    boolean isEmpty() {
        return texts.isEmpty();
    }

    /// One text, or blocks where one of them ends a part to be cached.
    JsonNode json(JsonMapper json) {
        if (texts.stream().anyMatch(text -> text.has("cache_control"))) {
            var blocks = json.createArrayNode();
            texts.forEach(blocks::add);
            return blocks;
        }
        return json.getNodeFactory()
                .stringNode(texts.stream()
                        .map(text -> text.path("text").asString(""))
                        .collect(Collectors.joining("\n")));
    }
}
