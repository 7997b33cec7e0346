package dev.millrace.extent;

import java.util.OptionalLong;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// How long the answers to a chat may be, and how many there may be, noted while its request is read.
public final class AnswerLimits {

    /// More tokens or answers than any provider gives.
    private static final int MOST_AMOUNT = 100_000_000;

    private OptionalLong mostTokens = OptionalLong.empty();
    private OptionalLong mostCompletionTokens = OptionalLong.empty();
    private OptionalLong choices = OptionalLong.empty();

    /// Notes a member of the request, where it is one of these. The parser stands on its value, and stays there.
    public void note(String member, JsonParser parser) {
        switch (member) {
            case "max_tokens" -> mostTokens = amount(parser);
            case "max_completion_tokens" -> mostCompletionTokens = amount(parser);
            case "n" -> choices = amount(parser);
            default -> {
                // Says nothing about answers.
            }
        }
    }

    /// What is no number above zero the provider judges.
    private static OptionalLong amount(JsonParser parser) {
        var token = parser.currentToken();
        if (token != JsonToken.VALUE_NUMBER_INT && token != JsonToken.VALUE_NUMBER_FLOAT) {
            return OptionalLong.empty();
        }
        double number = parser.getValueAsDouble();
        return number > 0 ? OptionalLong.of((long) Math.ceil(Math.min(number, MOST_AMOUNT))) : OptionalLong.empty();
    }

    /// How much the chat may come to.
    ///
    /// @param request that was read
    public Extent extent(byte[] request) {
        return new Extent(
                PromptTokens.estimate(request),
                mostCompletionTokens.isPresent() ? mostCompletionTokens : mostTokens,
                Math.toIntExact(choices.orElse(1)));
    }
}
