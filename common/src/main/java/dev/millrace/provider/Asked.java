package dev.millrace.provider;

import tools.jackson.databind.JsonNode;

/// What of a chat request is of use when its answer comes: the request itself, whose tree takes several times its
/// bytes, need not be kept for as long as the provider thinks.
///
/// @param choices how many answers are wanted
/// @param promptTokens a guess, for a provider that tells no usage
public record Asked(int choices, long promptTokens) {

    /// @param request the body of `POST /chat/completions`
    public static Asked of(JsonNode request) {
        return new Asked(Math.max(1, request.path("n").asInt(1)), UsageGuess.prompt(request));
    }

    /// How many answers there must be to make it whole.
    public int fewest(Target target) {
        return target.traits().has(Quirk.ONE_CHOICE) ? 1 : choices;
    }

    /// Usage of an answer whose provider told none.
    ///
    /// @param answered characters of the answer, its tool calls and its reasoning
    public Usage guess(long answered) {
        return new Usage(promptTokens, UsageGuess.tokens(answered), 0, 0, true);
    }
}
