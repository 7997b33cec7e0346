package dev.millrace.provider.openai;

import dev.millrace.http.OutboundCall;
import dev.millrace.provider.Asked;
import dev.millrace.provider.CallIds;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.Parameters;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Quirk;
import dev.millrace.provider.Target;
import dev.millrace.provider.WireJson;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A chat request as it goes out. It leaves byte for byte as it came where nothing had to be changed in it.
///
/// @param unfit why it can't go to this target at all
record OpenAiRequest(OutboundCall.Body body, Asked asked, List<String> dropped, Optional<ProviderOutcome.Unfit> unfit) {

    static OpenAiRequest of(JsonMapper json, Target target, ChatCall call, boolean streamed) {
        var tree = (ObjectNode) json.readTree(call.request());
        var before = tree.deepCopy();
        tree.put("model", target.model());
        if (target.traits().has(Quirk.MAX_COMPLETION_TOKENS)) {
            renameLimit(tree);
        }
        var parameters = Parameters.settle(tree, target.traits().refuses(), call.mayDrop());
        bareIds(tree);
        if (streamed) {
            stream(tree, !target.traits().has(Quirk.NO_USAGE_OPTION));
        } else {
            whole(tree);
        }
        var body = tree.equals(before) ? call.request() : WireJson.bytes(json, tree);
        return new OpenAiRequest(
                new OutboundCall.Body(body, "application/json"),
                Asked.of(tree),
                parameters.dropped(),
                parameters.unfit());
    }

    private static void renameLimit(ObjectNode tree) {
        var limit = tree.remove("max_tokens");
        if (limit != null && !limit.isNull() && !tree.hasNonNull("max_completion_tokens")) {
            tree.set("max_completion_tokens", limit);
        }
    }

    /// What other adapters have put into an id is not for this provider's eyes.
    private static void bareIds(ObjectNode tree) {
        for (var message : tree.path("messages")) {
            bareId(message, "tool_call_id");
            for (var call : message.path("tool_calls")) {
                bareId(call, "id");
            }
        }
    }

    private static void bareId(JsonNode node, String field) {
        if (node instanceof ObjectNode object && object.path(field).isString()) {
            object.put(field, CallIds.bare(object.path(field).stringValue()));
        }
    }

    private static void stream(ObjectNode tree, boolean usage) {
        tree.put("stream", true);
        if (!usage) {
            tree.remove("stream_options");
        } else if (tree.get("stream_options") instanceof ObjectNode options) {
            options.put("include_usage", true);
        } else {
            tree.putObject("stream_options").put("include_usage", true);
        }
    }

    private static void whole(ObjectNode tree) {
        if (tree.has("stream")) {
            tree.put("stream", false);
        }
        tree.remove("stream_options");
    }
}
