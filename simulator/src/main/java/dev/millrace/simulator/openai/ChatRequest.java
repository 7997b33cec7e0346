package dev.millrace.simulator.openai;

import dev.millrace.simulator.desk.ApiException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;

/// What the simulator needs to know of a chat request, read in one pass over the bytes.
///
/// Tools and response formats are left where they are and read as a tree only by those who need them.
final class ChatRequest {

    private static final int PROMPT_KEPT = 2_000;

    private final byte[] body;
    private String model = "";
    private String prompt = "";
    private String lastRole = "";
    private int messages;
    private long characters;
    private boolean stream;
    private boolean includeUsage;
    private boolean rich;
    private long maxTokens = Long.MAX_VALUE;
    private int choices = 1;

    private ChatRequest(byte[] body) {
        this.body = body;
    }

    static ChatRequest read(byte[] body) throws ApiException {
        ChatRequest request = new ChatRequest(body);
        try (JsonParser json = Json.MAPPER.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw Json.unreadable();
            }
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                request.field(json, json.currentName());
            }
            if (json.nextToken() != null) {
                throw Json.unreadable();
            }
        } catch (JacksonException e) {
            throw Json.unreadable();
        }
        if (request.model.isEmpty()) {
            throw Json.missing("model");
        }
        if (request.messages == 0) {
            throw Json.missing("messages");
        }
        return request;
    }

    String model() {
        return model;
    }

    /// The text of the last user message.
    String prompt() {
        return prompt;
    }

    /// Whether the conversation ends with the result of a tool call.
    boolean endsWithToolResult() {
        return lastRole.equals("tool");
    }

    /// A guess of four characters a token, and some for each message.
    long promptTokens() {
        return characters / 4 + 3L * messages + 1;
    }

    boolean stream() {
        return stream;
    }

    boolean includeUsage() {
        return includeUsage;
    }

    long maxTokens() {
        return maxTokens;
    }

    int choices() {
        return choices;
    }

    /// Whether there are tools or a response format to look at.
    boolean rich() {
        return rich;
    }

    JsonNode tree() throws ApiException {
        return Json.object(body);
    }

    boolean has(String field) {
        try {
            return tree().hasNonNull(field);
        } catch (ApiException e) {
            throw new IllegalStateException("the body was readable before", e);
        }
    }

    private void field(JsonParser json, String name) throws ApiException {
        JsonToken value = json.nextToken();
        switch (name) {
            case "model" -> {
                if (value != JsonToken.VALUE_STRING) {
                    throw Json.wrongType("model", "a string");
                }
                model = json.getString();
            }
            case "messages" -> {
                if (value != JsonToken.START_ARRAY) {
                    throw Json.wrongType("messages", "an array of objects");
                }
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    message(json);
                }
            }
            case "stream" -> stream = value == JsonToken.VALUE_TRUE;
            case "stream_options" -> {
                if (value == JsonToken.START_OBJECT) {
                    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                        String option = json.currentName();
                        JsonToken setting = json.nextToken();
                        if (option.equals("include_usage")) {
                            includeUsage = setting == JsonToken.VALUE_TRUE;
                        }
                        json.skipChildren();
                    }
                }
            }
            case "max_tokens", "max_completion_tokens" -> {
                if (value == JsonToken.VALUE_NUMBER_INT) {
                    maxTokens = json.getLongValue();
                    if (maxTokens < 1) {
                        throw Json.wrongValue(name, "an integer of 1 or more");
                    }
                } else if (value != JsonToken.VALUE_NULL) {
                    throw Json.wrongType(name, "an integer");
                }
            }
            case "n" -> {
                if (value == JsonToken.VALUE_NUMBER_INT) {
                    choices = json.getIntValue();
                    if (choices < 1 || choices > 128) {
                        throw Json.wrongValue("n", "an integer from 1 to 128");
                    }
                }
            }
            case "temperature" -> {
                if (value.isNumeric() && !(json.getDoubleValue() >= 0 && json.getDoubleValue() <= 2)) {
                    throw Json.wrongValue("temperature", "a number from 0 to 2");
                }
                if (!value.isNumeric() && value != JsonToken.VALUE_NULL) {
                    throw Json.wrongType("temperature", "a number");
                }
            }
            case "tools", "tool_choice", "response_format" -> {
                rich |= value != JsonToken.VALUE_NULL;
                json.skipChildren();
            }
            default -> json.skipChildren();
        }
    }

    private void message(JsonParser json) throws ApiException {
        String at = "messages[" + messages + "]";
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw Json.wrongType(at, "an object");
        }
        String role = "";
        String text = "";
        boolean answerable = false;
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            switch (name) {
                case "role" -> role = value == JsonToken.VALUE_STRING ? json.getString() : "";
                case "content" -> {
                    text = content(json, value, at);
                    answerable |= value != JsonToken.VALUE_NULL;
                }
                case "tool_calls", "function_call", "refusal", "audio" -> {
                    answerable |= value != JsonToken.VALUE_NULL;
                    json.skipChildren();
                }
                default -> json.skipChildren();
            }
        }
        switch (role) {
            case "user" -> prompt = text.length() > PROMPT_KEPT ? text.substring(0, PROMPT_KEPT) : text;
            case "system", "developer", "assistant", "tool", "function" -> {}
            case "" -> throw Json.missing(at + ".role");
            default ->
                throw Json.wrongValue(
                        at + ".role", "one of 'system', 'assistant', 'user', 'function', 'tool', 'developer'");
        }
        if (!answerable) {
            throw Json.missing(at + ".content");
        }
        lastRole = role;
        messages++;
    }

    private String content(JsonParser json, JsonToken value, String at) throws ApiException {
        if (value == JsonToken.VALUE_STRING) {
            String text = json.getString();
            characters += text.length();
            return text;
        }
        if (value == JsonToken.VALUE_NULL) {
            return "";
        }
        if (value != JsonToken.START_ARRAY) {
            throw Json.wrongType(at + ".content", "a string or an array of parts");
        }
        StringBuilder text = new StringBuilder();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                throw Json.wrongType(at + ".content", "an array of objects");
            }
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean isText = json.currentName().equals("text");
                if (json.nextToken() == JsonToken.VALUE_STRING && isText) {
                    text.append(json.getString());
                } else {
                    json.skipChildren();
                }
            }
        }
        characters += text.length();
        return text.toString();
    }
}
