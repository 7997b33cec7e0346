package dev.millrace.provider.openai;

import dev.millrace.provider.Usage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// An answer with embeddings, read in one pass and kept as bytes: millions of numbers would not be a small tree.
final class EmbeddingAnswer {

    private record Span(int from, int to) {}

    private final JsonMapper json;
    private final byte[] body;
    private int vectors = -1;
    private int end;
    private @Nullable Span model;
    private @Nullable Span usageValue;
    private @Nullable JsonNode usage;
    private @Nullable JsonNode error;

    private EmbeddingAnswer(JsonMapper json, byte[] body) {
        this.json = json;
        this.body = body;
    }

    /// Throws a JSON exception for a body that is none, or not whole.
    static EmbeddingAnswer read(JsonMapper json, byte[] body) {
        var answer = new EmbeddingAnswer(json, body);
        try (var in = json.createParser(body)) {
            if (in.nextToken() == JsonToken.START_OBJECT) {
                answer.members(in);
            } else {
                in.skipChildren();
            }
            if (in.nextToken() != null) {
                answer.vectors = -1;
            }
        }
        return answer;
    }

    private void members(JsonParser in) {
        while (in.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = in.currentName();
            var value = in.nextToken();
            int start = (int) in.currentTokenLocation().getByteOffset();
            switch (name) {
                case "data" -> vectors = value == JsonToken.START_ARRAY ? vectors(in) : -1;
                case "usage" -> usage = in.readValueAsTree();
                case "error" -> error = in.readValueAsTree();
                default -> in.skipChildren();
            }
            int after = end(in);
            if (name.equals("model")) {
                model = new Span(start, after);
            } else if (name.equals("usage")) {
                usageValue = new Span(start, after);
            }
        }
        end = end(in) - 1;
    }

    private static int end(JsonParser in) {
        in.finishToken();
        return (int) in.currentLocation().getByteOffset();
    }

    private static int vectors(JsonParser in) {
        int vectors = 0;
        boolean all = true;
        while (in.nextToken() != JsonToken.END_ARRAY) {
            all &= in.currentToken() == JsonToken.START_OBJECT && isVector(in);
            vectors++;
        }
        return all ? vectors : -1;
    }

    private static boolean isVector(JsonParser in) {
        boolean vector = false;
        while (in.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = in.currentName();
            var value = in.nextToken();
            if (name.equals("embedding")) {
                vector = value == JsonToken.START_ARRAY || value == JsonToken.VALUE_STRING;
            }
            in.skipChildren();
        }
        return vector;
    }

    /// How many there are; negative where the answer has another form.
    int vectors() {
        return vectors;
    }

    Optional<JsonNode> error() {
        return Optional.ofNullable(error).filter(node -> !node.isNull());
    }

    /// Empty where it tells nothing.
    Optional<Usage> usage() {
        return usage == null || !usage.path("prompt_tokens").isNumber()
                ? Optional.empty()
                : Optional.of(new Usage(Math.max(0, usage.path("prompt_tokens").asLong(0)), 0, 0, 0, false));
    }

    /// The body under the caller's name for the model, with the usage where it told none.
    byte[] named(String publicModel, Usage used) {
        var edits = new ArrayList<Edit>(3);
        var name = json.writeValueAsString(publicModel);
        var added = new StringBuilder();
        if (model == null) {
            added.append(",\"model\":").append(name);
        } else {
            edits.add(new Edit(model.from, model.to, name.getBytes(StandardCharsets.UTF_8)));
        }
        if (usage().isEmpty()) {
            var guess = "{\"prompt_tokens\":" + used.prompt() + ",\"total_tokens\":" + used.prompt()
                    + ",\"estimated\":true}";
            if (usageValue == null) {
                added.append(",\"usage\":").append(guess);
            } else {
                edits.add(new Edit(usageValue.from, usageValue.to, guess.getBytes(StandardCharsets.UTF_8)));
            }
        }
        if (!added.isEmpty()) {
            edits.add(new Edit(end, end, added.toString().getBytes(StandardCharsets.UTF_8)));
        }
        return Edit.apply(body, edits);
    }
}
