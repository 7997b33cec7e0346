package dev.millrace.api.embedding;

import dev.millrace.api.passthrough.BodyScan;
import dev.millrace.api.problem.Problem;
import dev.millrace.extent.Extent;
import dev.millrace.extent.PromptTokens;
import java.util.OptionalLong;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads what is to be embedded: a text, up to 2,048 texts, token ids, or up to 2,048 lists of them.
final class EmbeddingScan extends BodyScan {

    private static final int MOST_INPUTS = 2_048;

    private boolean input;

    @Override
    protected boolean looksAt(String member, JsonParser parser) {
        switch (member) {
            case "input" -> input(parser);
            case "encoding_format" -> encoding(parser);
            case "dimensions" -> dimensions(parser);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void input(JsonParser parser) {
        switch (parser.currentToken()) {
            case VALUE_NULL -> {
                return;
            }
            case VALUE_STRING -> require(!parser.getString().isEmpty());
            case START_ARRAY -> inputs(parser);
            default -> require(false);
        }
        input = true;
    }

    private static void inputs(JsonParser parser) {
        var kind = parser.nextToken();
        require(kind == JsonToken.VALUE_STRING || kind == JsonToken.VALUE_NUMBER_INT || kind == JsonToken.START_ARRAY);
        int count = 0;
        for (var token = kind; token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            require(token == kind);
            count++;
            if (kind == JsonToken.VALUE_STRING) {
                require(!parser.getString().isEmpty());
            } else if (kind == JsonToken.START_ARRAY) {
                tokens(parser);
            }
        }
        if (kind != JsonToken.VALUE_NUMBER_INT && count > MOST_INPUTS) {
            throw Problem.invalid(
                    "input", "invalid_value", "'input' must not have more than " + MOST_INPUTS + " entries.");
        }
    }

    private static void tokens(JsonParser parser) {
        int count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            require(parser.currentToken() == JsonToken.VALUE_NUMBER_INT);
            count++;
        }
        require(count > 0);
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw Problem.invalid(
                    "input",
                    "invalid_value",
                    "'input' must be a text that is not empty, or an array of such texts, of token ids, or of arrays of"
                            + " token ids.");
        }
    }

    private static void encoding(JsonParser parser) {
        var token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return;
        }
        var text = token == JsonToken.VALUE_STRING ? parser.getString() : "";
        if (!text.equals("float") && !text.equals("base64")) {
            throw Problem.invalid(
                    "encoding_format", "invalid_value", "'encoding_format' must be \"float\" or \"base64\".");
        }
    }

    private static void dimensions(JsonParser parser) {
        var token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return;
        }
        if (token != JsonToken.VALUE_NUMBER_INT || !parser.getString().matches("[1-9]\\d{0,5}")) {
            throw Problem.invalid("dimensions", "invalid_value", "'dimensions' must be a number of at least 1.");
        }
    }

    /// There is no answer that would be counted in tokens.
    @Override
    protected Extent extent(byte[] body) {
        return new Extent(PromptTokens.estimate(body), OptionalLong.of(0), 1);
    }

    @Override
    protected void requireTheRest() {
        if (!input) {
            throw Problem.invalid("input", "missing_required_parameter", "'input' is missing.");
        }
    }
}
