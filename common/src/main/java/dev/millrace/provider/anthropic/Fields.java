package dev.millrace.provider.anthropic;

import dev.millrace.provider.ChatCall;
import dev.millrace.provider.Parameters;
import dev.millrace.provider.Target;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The top-level fields of a request, taken one by one. A `null`, an empty list or object, and a value that is the
/// format's own default ask for nothing: they go without a word, also where the target does not have the field.
final class Fields {

    private static final Map<String, Integer> USUAL_NUMBERS = Map.of(
            "frequency_penalty", 0, "presence_penalty", 0, "top_logprobs", 0, "n", 1, "temperature", 1, "top_p", 1);

    private static final Map<String, String> USUAL_WORDS =
            Map.of("logprobs", "false", "parallel_tool_calls", "true", "verbosity", "medium");

    private final ObjectNode request;
    private final ChatCall call;
    private final Set<String> taken = new HashSet<>();
    private final List<String> dropped = new ArrayList<>();

    private Fields(ObjectNode request, ChatCall call) {
        this.request = request;
        this.call = call;
    }

    /// @throws UnfitException if the request has a field that this model does not take, and nobody let it go
    static Fields of(ObjectNode request, Target target, ChatCall call) throws UnfitException {
        for (var name : List.copyOf(request.propertyNames())) {
            if (asksForNothing(name, request.path(name))) {
                request.remove(name);
            }
        }
        var fields = new Fields(request, call);
        fields.settle(target.traits().refuses());
        return fields;
    }

    /// The value of a field that Messages has, under this or another name; a missing node where it was not sent.
    JsonNode take(String name) {
        taken.add(name);
        return request.path(name);
    }

    /// Leaves fields out that change nothing in the answer.
    void skip(Set<String> names) {
        taken.addAll(names);
    }

    /// Lets a field go.
    ///
    /// @throws UnfitException if nobody allowed that
    void letGo(String name, String why) throws UnfitException {
        if (!call.mayDrop().contains(name)) {
            throw new UnfitException(name, why);
        }
        dropped.add(name);
    }

    /// Every field that nobody took is one that Messages does not have.
    void end() throws UnfitException {
        var missing = new HashSet<>(request.propertyNames());
        missing.removeAll(taken);
        settle(missing);
    }

    private void settle(Set<String> missing) throws UnfitException {
        var settled = Parameters.settle(request, missing, call.mayDrop());
        if (settled.unfit().isPresent()) {
            throw new UnfitException(settled.unfit().get());
        }
        dropped.addAll(settled.dropped());
    }

    List<String> dropped() {
        return List.copyOf(dropped);
    }

    private static boolean asksForNothing(String name, JsonNode value) {
        if (value.isNull() || (value.isContainer() && value.isEmpty())) {
            return true;
        }
        if (name.equals("modalities")) {
            return value.size() == 1 && value.path(0).asString("").equals("text");
        }
        var usual = USUAL_NUMBERS.get(name);
        if (usual != null && value.isNumber()) {
            return value.decimalValue().compareTo(BigDecimal.valueOf(usual)) == 0;
        }
        return !value.isContainer() && value.asString("").equals(USUAL_WORDS.get(name));
    }
}
