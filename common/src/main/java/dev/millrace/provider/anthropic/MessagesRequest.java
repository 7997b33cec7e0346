package dev.millrace.provider.anthropic;

import dev.millrace.provider.ChatCall;
import dev.millrace.provider.Target;
import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A chat completion request as Messages has it.
///
/// Three kinds of fields have no counterpart there. What shapes the answer is refused by name, unless somebody let it
/// go. What only keeps books at OpenAI (`store`, `metadata`, `prompt_cache_*`, `stream_options`) is left out without a
/// word. A field that nobody knows is refused by name as well, since a translated request can't pass it on.
///
/// Three fields of Messages itself are passed on as they are: `thinking`, `top_k` and `cache_control`.
///
/// @param body what is sent
/// @param dropped what was let go
record MessagesRequest(ObjectNode body, List<String> dropped) {

    /// Where nobody says how long an answer may get, and the wire format insists on it.
    private static final int MOST_OUTPUT = 8192;

    private static final Set<String> BOOKKEEPING = Set.of(
            "model",
            "stream",
            "stream_options",
            "store",
            "metadata",
            "prompt_cache_key",
            "prompt_cache_options",
            "prompt_cache_retention");

    static MessagesRequest of(JsonMapper json, Target target, ChatCall call, ApiVersion version, boolean stream)
            throws UnfitException {
        var request = (ObjectNode) json.readTree(call.request());
        var fields = Fields.of(request, target, call);
        var body = json.createObjectNode().put("model", target.model());
        limits(fields, target, body);
        var conversation = Conversation.of(json, fields.take("messages"));
        var system = conversation.system();
        AnswerFormat.of(fields).ifPresent(format -> format.into(body, system));
        if (!system.isEmpty()) {
            body.set("system", system.json(json));
        }
        body.set("messages", conversation.messages());
        Tools.into(fields, body);
        sampling(fields, version, body);
        effort(fields, body);
        account(fields, body);
        for (var own : List.of("thinking", "cache_control")) {
            var value = fields.take(own);
            if (!value.isMissingNode()) {
                body.set(own, value);
            }
        }
        if (stream) {
            body.put("stream", true);
        }
        fields.skip(BOOKKEEPING);
        fields.end();
        return new MessagesRequest(body, fields.dropped());
    }

    private static void limits(Fields fields, Target target, ObjectNode body) throws UnfitException {
        var wanted = fields.take("max_completion_tokens");
        var older = fields.take("max_tokens");
        var limit = wanted.isMissingNode() ? older : wanted;
        if (limit.isMissingNode()) {
            int most = target.traits().mostOutput();
            body.put("max_tokens", most > 0 ? most : MOST_OUTPUT);
        } else {
            body.set("max_tokens", limit);
        }
        var stop = fields.take("stop");
        var sequences = body.arrayNode();
        for (var sequence : stop.isArray() ? stop : body.arrayNode().add(stop)) {
            if (!sequence.isMissingNode() && !sequence.isString()) {
                throw new UnfitException("stop", "`stop` must be a string or a list of strings");
            }
            // Refused there, and it could not end an answer that says anything.
            if (!sequence.asString("").isBlank()) {
                sequences.add(sequence.asString());
            }
        }
        if (!sequences.isEmpty()) {
            body.set("stop_sequences", sequences);
        }
        if (!fields.take("n").isMissingNode()) {
            fields.letGo("n", "`n` must be 1: Messages gives one answer at a time");
        }
    }

    private static void sampling(Fields fields, ApiVersion version, ObjectNode body) throws UnfitException {
        for (var name : List.of("temperature", "top_p", "top_k")) {
            var value = fields.take(name);
            if (value.isMissingNode()) {
                continue;
            }
            if (!version.sampling()) {
                fields.letGo(name, "`" + name + "` does not exist in the version " + version.name() + " of Messages");
            } else if (name.equals("top_p") && body.has("temperature")) {
                fields.letGo(name, "`top_p` is not taken together with `temperature`");
            } else {
                body.set(name, name.equals("temperature") ? cooled(body, value) : value);
            }
        }
    }

    /// Temperatures go to 2 at OpenAI, and to 1 here.
    private static JsonNode cooled(ObjectNode body, JsonNode temperature) {
        return temperature.isNumber() && temperature.decimalValue().compareTo(BigDecimal.ONE) > 0
                ? body.numberNode(1)
                : temperature;
    }

    private static void effort(Fields fields, ObjectNode body) throws UnfitException {
        var effort = fields.take("reasoning_effort");
        if (effort.isMissingNode()) {
            return;
        }
        switch (effort.asString("")) {
            case "none" -> body.putObject("thinking").put("type", "disabled");
            case "minimal", "low" -> output(body).put("effort", "low");
            case "medium", "high", "xhigh", "max" -> output(body).put("effort", effort.asString());
            default -> fields.letGo("reasoning_effort", "`reasoning_effort` is no effort that Messages knows");
        }
    }

    static ObjectNode output(ObjectNode body) {
        return body.withObjectProperty("output_config");
    }

    private static void account(Fields fields, ObjectNode body) throws UnfitException {
        var older = fields.take("user");
        var user = fields.take("safety_identifier");
        var id = user.isString() ? user : older;
        if (id.isString() && !id.stringValue().isBlank()) {
            body.putObject("metadata").put("user_id", UserId.of(id.stringValue()));
        }
        var tier = fields.take("service_tier");
        switch (tier.asString("auto")) {
            case "auto" -> {
                if (!tier.isMissingNode()) {
                    body.put("service_tier", "auto");
                }
            }
            case "default" -> body.put("service_tier", "standard_only");
            default -> fields.letGo("service_tier", "`service_tier` is none that Messages has");
        }
    }
}
