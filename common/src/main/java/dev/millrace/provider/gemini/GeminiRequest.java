package dev.millrace.provider.gemini;

import dev.millrace.http.OutboundCall;
import dev.millrace.provider.Asked;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.Parameters;
import dev.millrace.provider.Target;
import dev.millrace.provider.WireJson;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A chat completion's request in Google's form, or the part of it that has none.
///
/// Three kinds of parameters do not arrive. What only keeps OpenAI's books (`store`, `metadata`, `user`, the prompt
/// cache) is left out without a word, and so is a value that asks for what is so anyway, such as
/// `parallel_tool_calls: true`. What changes the answer and has no counterpart is refused by name, or dropped and
/// reported where the route or the caller allows it. So is what nobody here knows.
///
/// @param dropped the parameters that were let go
record GeminiRequest(OutboundCall.Body body, Asked asked, List<String> dropped) {

    /// What decides nothing about the answer.
    private static final Set<String> BOOKKEEPING = Set.of(
            "model",
            "stream",
            "stream_options",
            "store",
            "metadata",
            "user",
            "safety_identifier",
            "prompt_cache_key",
            "prompt_cache_options",
            "prompt_cache_retention");

    private static final Set<String> KNOWN = known();

    private static Set<String> known() {
        var known = new HashSet<>(BOOKKEEPING);
        known.addAll(GeminiConfig.READ);
        known.addAll(List.of("messages", "tools", "tool_choice", "service_tier"));
        return Set.copyOf(known);
    }

    /// @throws UnfitException if Google's format has nothing for a part that may not be dropped
    static GeminiRequest of(JsonMapper json, ChatCall call, Target target) {
        var asked = (ObjectNode) json.readTree(call.request());
        var settled = Parameters.settle(asked, missing(asked, target), call.mayDrop());
        if (settled.unfit().isPresent()) {
            throw new UnfitException(settled.unfit().get());
        }
        var dropped = new ArrayList<>(settled.dropped());
        while (true) {
            try {
                var body = WireJson.bytes(json, translated(json, asked, GeminiModel.bare(target.model())));
                return new GeminiRequest(
                        new OutboundCall.Body(body, "application/json"), Asked.of(asked), List.copyOf(dropped));
            } catch (UnfitException unfit) {
                // A parameter that Google has, with a value that it has not.
                var parameter = unfit.parameter();
                if (!call.mayDrop().contains(parameter) || parameter.equals("messages")) {
                    throw unfit;
                }
                asked.remove(parameter);
                dropped.add(parameter);
            }
        }
    }

    private static Set<String> missing(ObjectNode asked, Target target) {
        var missing = new HashSet<>(target.traits().refuses());
        for (var property : asked.properties()) {
            var name = property.getKey();
            if (!KNOWN.contains(name) && !isAnyway(asked, name, property.getValue())) {
                missing.add(name);
            }
        }
        return missing;
    }

    private static ObjectNode translated(JsonMapper json, JsonNode asked, String model) {
        var request = JsonNodeFactory.instance.objectNode();
        GeminiContents.put(json, request, asked.path("messages"), model);
        if (!asked.path("tools").isEmpty()) {
            GeminiTools.put(request, asked.path("tools"), asked.path("tool_choice"));
        }
        if (asked.hasNonNull("service_tier")) {
            tier(request, asked.get("service_tier"));
        }
        var config = GeminiConfig.of(asked, model);
        if (!config.isEmpty()) {
            request.set("generationConfig", config);
        }
        return request;
    }

    /// Both have the cheap one and the quick one under the same name, and the usual one without asking.
    private static void tier(ObjectNode request, JsonNode tier) {
        switch (tier.asString("")) {
            case "auto", "default" -> {
                // What it is without being asked.
            }
            case "flex", "priority" -> request.set("serviceTier", tier);
            default -> throw new UnfitException("service_tier", "Google has no such service tier.");
        }
    }

    /// Whether a parameter that has no counterpart asks for what is so without it.
    private static boolean isAnyway(JsonNode asked, String name, JsonNode value) {
        return switch (name) {
            case "parallel_tool_calls" ->
                value.asBoolean(false) || asked.path("tools").isEmpty();
            case "modalities" -> value.size() == 1 && value.path(0).asString("").equals("text");
            case "verbosity" -> value.asString("").equals("medium");
            case "logit_bias" -> value.isObject() && value.isEmpty();
            default -> false;
        };
    }
}
