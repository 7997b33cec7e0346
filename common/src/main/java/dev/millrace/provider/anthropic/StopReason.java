package dev.millrace.provider.anthropic;

/// Why a message ended, in the words of the OpenAI wire format, which has no others than these.
final class StopReason {

    private StopReason() {}

    static String finish(String stopReason) {
        return switch (stopReason) {
            case "max_tokens", "model_context_window_exceeded" -> "length";
            case "tool_use" -> "tool_calls";
            case "refusal" -> "content_filter";
            // `end_turn`, `stop_sequence`, `pause_turn`, and what a later version may add.
            default -> "stop";
        };
    }

    /// Whether an answer that says nothing is one all the same.
    static boolean explainsSilence(String stopReason) {
        return switch (finish(stopReason)) {
            case "length", "content_filter" -> true;
            default -> false;
        };
    }
}
