package dev.millrace.provider.anthropic;

import dev.millrace.provider.ChatCall;
import dev.millrace.provider.Target;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/// The top-level fields of a request, taken one by one. A `null`, an empty list or object, and a value that is the
/// format's own default ask for nothing, so they are as good as absent, also where the target does not have the field.
final class Fields {

    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("frequency_penalty", "0"),
            Map.entry("presence_penalty", "0"),
            Map.entry("logprobs", "false"),
            Map.entry("top_logprobs", "0"),
            Map.entry("n", "1"),
            Map.entry("temperature", "1"),
            Map.entry("top_p", "1"),
            Map.entry("verbosity", "medium"),
            Map.entry("parallel_tool_calls", "true"));

    private final ObjectNode request;
    private final Target target;
    private final Set<String> mayDrop;
    private final Set<String> taken = new HashSet<>();
    private final List<String> dropped = new ArrayList<>();

    Fields(ObjectNode request, Target target, ChatCall call) {
        this.request = request;
        this.target = target;
        this.mayDrop = call.mayDrop();
    }

    /// The value of a field that Messages has, under this or another name.
    ///
    /// @return a missing node where it asks for nothing, or was let go
    /// @throws UnfitException if this model does not take it
    JsonNode take(String name) throws UnfitException {
        taken.add(name);
        var value = value(name);
        if (!value.isMissingNode() && target.traits().refuses().contains(name)) {
            letGo(name, "`" + name + "` is not taken by the model " + target.model());
            return MissingNode.getInstance();
        }
        return value;
    }

    /// The value whether this model takes the field or not.
    JsonNode value(String name) {
        var value = request.path(name);
        return asksForNothing(name, value) ? MissingNode.getInstance() : value;
    }

    /// Leaves a field out that changes nothing in the answer.
    void skip(Set<String> names) {
        taken.addAll(names);
    }

    /// Lets a field go.
    ///
    /// @throws UnfitException if nobody allowed that
    void letGo(String name, String why) throws UnfitException {
        if (!mayDrop.contains(name)) {
            throw new UnfitException(name, why);
        }
        leaveOut(name);
    }

    /// Tells that a field was left out, which needed no permission.
    void leaveOut(String name) {
        taken.add(name);
        if (!dropped.contains(name)) {
            dropped.add(name);
        }
    }

    /// Every field that nobody took is one that Messages does not have.
    void end() throws UnfitException {
        for (var name : request.propertyNames()) {
            if (!taken.contains(name) && !value(name).isMissingNode()) {
                letGo(name, "`" + name + "` has no counterpart in Anthropic's Messages");
            }
        }
    }

    List<String> dropped() {
        return List.copyOf(dropped);
    }

    private static boolean asksForNothing(String name, JsonNode value) {
        if (value.isMissingNode() || value.isNull() || value.isContainer() && value.isEmpty()) {
            return true;
        }
        if (name.equals("modalities")) {
            return value.size() == 1 && value.path(0).asString("").equals("text");
        }
        var usual = DEFAULTS.get(name);
        if (usual == null) {
            return false;
        }
        return value.isNumber()
                ? value.decimalValue().compareTo(number(usual)) == 0
                : value.asString("").equals(usual);
    }

    private static java.math.BigDecimal number(String usual) {
        return usual.matches("[0-9]+") ? new java.math.BigDecimal(usual) : java.math.BigDecimal.TEN.negate();
    }
}
