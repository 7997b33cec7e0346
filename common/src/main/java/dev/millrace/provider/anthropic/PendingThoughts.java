package dev.millrace.provider.anthropic;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The thoughts since the last tool call, for the id of the next one. Where text came before a thought, its length
/// stands before the thought, so that both find their places again.
final class PendingThoughts {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private List<JsonNode> entries = new ArrayList<>();
    private int said;

    void text(int characters) {
        said += characters;
    }

    void thinking(String thought, String signature) {
        add(NODES.objectNode().put("type", "thinking").put("thinking", thought).put("signature", signature));
    }

    void redacted(String data) {
        add(NODES.objectNode().put("type", "redacted_thinking").put("data", data));
    }

    private void add(ObjectNode block) {
        if (said > 0) {
            entries.add(NODES.numberNode(said));
            said = 0;
        }
        entries.add(block);
    }

    /// What belongs to the call that begins.
    List<JsonNode> take() {
        var taken = entries;
        entries = new ArrayList<>();
        said = 0;
        return taken;
    }
}
