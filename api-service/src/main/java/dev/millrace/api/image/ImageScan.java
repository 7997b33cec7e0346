package dev.millrace.api.image;

import dev.millrace.api.passthrough.BodyScan;
import dev.millrace.api.problem.Problem;
import dev.millrace.extent.Extent;
import dev.millrace.extent.PromptTokens;
import java.util.OptionalLong;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads what a picture is to show, and how many of it are wanted.
final class ImageScan extends BodyScan {

    private static final int LONGEST_PROMPT = 32_000;

    private boolean prompt;
    private int pictures = 1;

    @Override
    protected boolean looksAt(String member, JsonParser parser) {
        switch (member) {
            case "prompt" -> prompt(parser);
            case "n" -> count(parser);
            case "stream" -> stream(parser);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void prompt(JsonParser parser) {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        var text = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getString() : "";
        if (text.isBlank() || text.codePointCount(0, text.length()) > LONGEST_PROMPT) {
            throw Problem.invalid(
                    "prompt",
                    "invalid_value",
                    "'prompt' must be a text that is not empty and has up to " + LONGEST_PROMPT + " characters.");
        }
        prompt = true;
    }

    private void count(JsonParser parser) {
        var token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return;
        }
        if (token != JsonToken.VALUE_NUMBER_INT || !parser.getString().matches("[1-9]|10")) {
            throw Problem.invalid("n", "invalid_value", "'n' must be a number from 1 to 10.");
        }
        pictures = parser.getIntValue();
    }

    private static void stream(JsonParser parser) {
        switch (parser.currentToken()) {
            case VALUE_FALSE, VALUE_NULL -> {
                // One answer, as is usual.
            }
            case VALUE_TRUE ->
                throw Problem.invalid("stream", "unsupported_parameter", "Pictures are not streamed here.");
            default -> throw Problem.invalid("stream", "invalid_value", "'stream' must be true or false.");
        }
    }

    @Override
    protected Extent extent(byte[] body) {
        return new Extent(PromptTokens.estimate(body), OptionalLong.empty(), pictures);
    }

    @Override
    protected void requireTheRest() {
        if (!prompt) {
            throw Problem.invalid("prompt", "missing_required_parameter", "'prompt' is missing.");
        }
    }
}
