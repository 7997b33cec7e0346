package dev.millrace.provider.openai;

import java.util.ArrayList;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;

/// A chunk of the most frequent form: one choice that goes on with some text or arguments, and nothing else that would
/// need a second look. Read in one pass, it is relayed byte for byte but for the model's name and a `null` that its
/// caller must not see.
final class PlainChunk {

    private record Span(int from, int to) {}

    private static final int NONE = -1;
    private static final byte[] NOTHING = {};

    private final byte[] data;
    private @Nullable String id;
    private @Nullable String model;
    private long created = NONE;
    private boolean chunkObject;
    private @Nullable Span modelValue;
    private @Nullable Span usage;
    private @Nullable Span error;
    private int choice = NONE;
    private int call = NONE;
    private boolean delta;
    private boolean unfinished;
    private int characters;

    private PlainChunk(byte[] data) {
        this.data = data;
    }

    /// Empty for any other chunk, and for what is none.
    static Optional<PlainChunk> read(JsonMapper json, byte[] data) {
        // It came in several lines, and is written in one.
        for (byte one : data) {
            if (one == '\n') {
                return Optional.empty();
            }
        }
        var chunk = new PlainChunk(data);
        try (var parser = json.createParser(data)) {
            return chunk.readAll(parser) ? Optional.of(chunk) : Optional.empty();
        } catch (JacksonException noJson) {
            return Optional.empty();
        }
    }

    private boolean readAll(JsonParser in) {
        if (in.nextToken() != JsonToken.START_OBJECT) {
            return false;
        }
        int before = end(in);
        boolean first = true;
        while (in.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = in.currentName();
            var value = in.nextToken();
            int valueStart = start(in);
            if (!member(in, name, value)) {
                return false;
            }
            int end = end(in);
            if (name.equals("model")) {
                modelValue = new Span(valueStart, end);
            } else if (name.equals("usage") || name.equals("error")) {
                // With the comma before it; a chunk that begins with it is looked at again.
                if (first) {
                    return false;
                }
                remember(name, new Span(before, end));
            }
            before = end;
            first = false;
        }
        return in.nextToken() == null
                && id != null
                && model != null
                && created >= 0
                && chunkObject
                && choice >= 0
                && delta
                && unfinished;
    }

    private void remember(String name, Span member) {
        if (name.equals("usage")) {
            usage = member;
        } else {
            error = member;
        }
    }

    private boolean member(JsonParser in, String name, JsonToken value) {
        switch (name) {
            case "id" -> {
                boolean again = id != null;
                id = value == JsonToken.VALUE_STRING ? in.getString() : null;
                return id != null && !again;
            }
            case "object" -> {
                boolean again = chunkObject;
                chunkObject = value == JsonToken.VALUE_STRING && in.getString().equals("chat.completion.chunk");
                return chunkObject && !again;
            }
            case "created" -> {
                boolean again = created != NONE;
                created = value == JsonToken.VALUE_NUMBER_INT ? in.getLongValue() : NONE;
                return created >= 0 && !again;
            }
            case "model" -> {
                boolean again = model != null;
                model = value == JsonToken.VALUE_STRING ? in.getString() : null;
                return model != null && !again;
            }
            case "usage" -> {
                return value == JsonToken.VALUE_NULL && usage == null;
            }
            case "error" -> {
                return value == JsonToken.VALUE_NULL && error == null;
            }
            case "choices" -> {
                return value == JsonToken.START_ARRAY && choice == NONE && choices(in);
            }
            default -> {
                in.skipChildren();
                in.finishToken();
                return true;
            }
        }
    }

    private boolean choices(JsonParser in) {
        if (in.nextToken() != JsonToken.START_OBJECT) {
            return false;
        }
        while (in.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = in.currentName();
            var value = in.nextToken();
            if (!ofChoice(in, name, value)) {
                return false;
            }
            in.skipChildren();
        }
        return in.nextToken() == JsonToken.END_ARRAY;
    }

    private boolean ofChoice(JsonParser in, String name, JsonToken value) {
        switch (name) {
            case "index" -> {
                boolean again = choice != NONE;
                choice = value == JsonToken.VALUE_NUMBER_INT ? in.getIntValue() : NONE;
                return choice >= 0 && !again;
            }
            case "finish_reason" -> {
                boolean again = unfinished;
                unfinished = value == JsonToken.VALUE_NULL;
                return unfinished && !again;
            }
            case "delta" -> {
                boolean again = delta;
                delta = value == JsonToken.START_OBJECT && delta(in);
                return delta && !again;
            }
            default -> {
                return true;
            }
        }
    }

    private boolean delta(JsonParser in) {
        while (in.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = in.currentName();
            var value = in.nextToken();
            boolean plain = switch (name) {
                case "content", "refusal", "reasoning_content", "reasoning" -> text(in, value);
                case "tool_calls" -> value == JsonToken.START_ARRAY && call == NONE && arguments(in);
                default -> false;
            };
            if (!plain) {
                return false;
            }
        }
        return true;
    }

    private boolean text(JsonParser in, JsonToken value) {
        if (value == JsonToken.VALUE_STRING) {
            characters += in.getStringLength();
        }
        return value == JsonToken.VALUE_STRING || value == JsonToken.VALUE_NULL;
    }

    /// One fragment of arguments, without the names that may come once only.
    private boolean arguments(JsonParser in) {
        if (in.nextToken() != JsonToken.START_OBJECT) {
            return false;
        }
        boolean some = false;
        while (in.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = in.currentName();
            var value = in.nextToken();
            if (name.equals("index") && value == JsonToken.VALUE_NUMBER_INT) {
                call = in.getIntValue();
            } else if (name.equals("function") && value == JsonToken.START_OBJECT) {
                some = in.nextToken() == JsonToken.PROPERTY_NAME
                        && in.currentName().equals("arguments")
                        && in.nextToken() == JsonToken.VALUE_STRING;
                characters += some ? in.getStringLength() : 0;
                if (!some || in.nextToken() != JsonToken.END_OBJECT) {
                    return false;
                }
            } else {
                return false;
            }
        }
        return some && call >= 0 && in.nextToken() == JsonToken.END_ARRAY;
    }

    private static int start(JsonParser in) {
        return (int) in.currentTokenLocation().getByteOffset();
    }

    private static int end(JsonParser in) {
        in.finishToken();
        return (int) in.currentLocation().getByteOffset();
    }

    boolean isOf(String id, long created) {
        return id.equals(this.id) && created == this.created;
    }

    int choice() {
        return choice;
    }

    /// The tool call that its arguments are of; negative where it has none.
    int call() {
        return call;
    }

    int characters() {
        return characters;
    }

    boolean token() {
        return characters > 0 || call >= 0;
    }

    boolean hasUsage() {
        return usage != null;
    }

    /// The chunk for the caller.
    ///
    /// @param quotedModel the caller's name for the model, as JSON
    byte[] relayed(String publicModel, byte[] quotedModel, boolean showUsage) {
        boolean renamed = !publicModel.equals(model);
        if (!renamed && error == null && (usage == null || showUsage)) {
            return data;
        }
        var edits = new ArrayList<Edit>(3);
        if (renamed && modelValue != null) {
            edits.add(new Edit(modelValue.from, modelValue.to, quotedModel));
        }
        if (error != null) {
            edits.add(new Edit(error.from, error.to, NOTHING));
        }
        if (usage != null && !showUsage) {
            edits.add(new Edit(usage.from, usage.to, NOTHING));
        }
        return Edit.apply(data, edits);
    }
}
