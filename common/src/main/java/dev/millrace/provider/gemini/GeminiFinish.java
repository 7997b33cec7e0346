package dev.millrace.provider.gemini;

import dev.millrace.provider.Failure.Scope;
import java.util.Set;

/// What the end of a candidate is called in the OpenAI wire format.
final class GeminiFinish {

    /// The model's call could not be read by Google itself: nothing that a caller could use.
    private static final Set<String> SPOILT =
            Set.of("MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MALFORMED_RESPONSE");

    private static final Set<String> FILTERED = Set.of(
            "SAFETY",
            "RECITATION",
            "BLOCKLIST",
            "PROHIBITED_CONTENT",
            "SPII",
            "IMAGE_SAFETY",
            "IMAGE_PROHIBITED_CONTENT",
            "IMAGE_RECITATION",
            "IMAGE_OTHER");

    static final String FILTER = "content_filter";

    private GeminiFinish() {}

    /// @param called whether the candidate called a function
    /// @param said whether it said something
    /// @throws SpoiltException if there is nothing that a caller could use, and no word why
    static String of(String reason, boolean called, boolean said) throws SpoiltException {
        if (SPOILT.contains(reason)) {
            throw new SpoiltException("The model's call of a function can't be used: " + reason, Scope.MODEL);
        }
        if (reason.equals("MAX_TOKENS")) {
            return "length";
        }
        if (FILTERED.contains(reason)) {
            return FILTER;
        }
        if (called) {
            return "tool_calls";
        }
        if (said) {
            return "stop";
        }
        if (reason.equals("STOP")) {
            throw new SpoiltException("The provider's answer is empty", Scope.PROVIDER);
        }
        // LANGUAGE, OTHER and words that are new: something kept it from being said.
        return FILTER;
    }
}
