package dev.millrace.provider.gemini;

import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// How much a model is to think, in the terms of its generation: levels, or a budget of tokens before them.
final class GeminiThinking {

    /// The least that 2.5 Pro, which can't stop thinking, takes.
    private static final int LEAST_OF_PRO = 128;

    private GeminiThinking() {}

    /// @param model the bare name
    /// @return the thinking config; empty where the model does not think and is not asked to
    static Optional<ObjectNode> config(String model, String effort) {
        if (model.startsWith("gemini-2.0") || model.startsWith("gemini-1")) {
            if (effort.equals("none")) {
                return Optional.empty();
            }
            throw new UnfitException("reasoning_effort", "This model does not think.");
        }
        var config = JsonNodeFactory.instance.objectNode();
        if (model.startsWith("gemini-2.5")) {
            config.put("thinkingBudget", budget(model, effort));
        } else {
            config.put("thinkingLevel", level(effort));
        }
        if (!effort.equals("none") && !effort.equals("minimal")) {
            // Who asks for thought is shown it: it costs the same.
            config.put("includeThoughts", true);
        }
        return Optional.of(config);
    }

    private static int budget(String model, String effort) {
        return switch (effort) {
            case "none" -> model.startsWith("gemini-2.5-pro") ? LEAST_OF_PRO : 0;
            case "minimal", "low" -> 1_024;
            case "medium" -> 8_192;
            case "high", "xhigh", "max" -> 24_576;
            default -> throw unknown();
        };
    }

    private static String level(String effort) {
        return switch (effort) {
            case "none", "minimal" -> "MINIMAL";
            case "low" -> "LOW";
            case "medium" -> "MEDIUM";
            case "high", "xhigh", "max" -> "HIGH";
            default -> throw unknown();
        };
    }

    private static UnfitException unknown() {
        return new UnfitException("reasoning_effort", "Google's format has no such effort.");
    }
}
