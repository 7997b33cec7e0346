package dev.millrace.provider.openai;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The tool calls of one choice, put right fragment by fragment: counted from 0 as they appear, each with its id, type
/// and name in its first fragment and never again.
final class ToolFragments {

    /// The calls' ids, by our count.
    private final List<String> ids = new ArrayList<>();

    /// Our count by the provider's.
    private final Map<Integer, Integer> counted = new HashMap<>();

    /// Whether arguments for the provider's call of this number go on with a call that has begun, under that number.
    boolean goesOn(int number) {
        return Integer.valueOf(number).equals(counted.get(number));
    }

    /// As in streams, for calls that came whole.
    static void putWholeRight(ArrayNode calls) {
        for (var call : calls) {
            if (call instanceof ObjectNode object) {
                new ToolFragments().begin(object, object.path("id").asString(""));
                object.remove("index");
            }
        }
    }

    /// @return the characters in them
    int putRight(ArrayNode fragments) {
        int characters = 0;
        for (var fragment : fragments) {
            if (fragment instanceof ObjectNode object) {
                characters += putRight(object);
            }
        }
        return characters;
    }

    private int putRight(ObjectNode fragment) {
        var id = fragment.path("id").asString("");
        int number = number(fragment, id);
        var begun = counted.get(number);
        // Some count every call as 0: another id is another call.
        if (begun == null || !id.isEmpty() && !id.equals(ids.get(begun))) {
            begun = ids.size();
            counted.put(number, begun);
            begin(fragment, id);
        } else {
            goOn(fragment);
        }
        fragment.put("index", begun);
        var function = fragment.path("function");
        return function.path("arguments").asString("").length()
                + function.path("name").asString("").length();
    }

    private int number(ObjectNode fragment, String id) {
        var index = fragment.path("index");
        if (index.isIntegralNumber()) {
            return index.asInt(0);
        }
        int known = ids.indexOf(id);
        if (known >= 0) {
            return known;
        }
        return id.isEmpty() ? Math.max(0, ids.size() - 1) : ids.size();
    }

    private void begin(ObjectNode fragment, String id) {
        var given = id.isEmpty() ? "call_" + UUID.randomUUID().toString().replace("-", "") : id;
        ids.add(given);
        fragment.put("id", given);
        if (fragment.path("custom").isObject()) {
            return;
        }
        fragment.put("type", "function");
        var function = function(fragment);
        if (!function.path("name").isString()) {
            function.put("name", "");
        }
        arguments(function);
    }

    private static void goOn(ObjectNode fragment) {
        fragment.remove(List.of("id", "type"));
        if (fragment.path("custom") instanceof ObjectNode custom) {
            custom.remove("name");
            return;
        }
        var function = function(fragment);
        function.remove("name");
        arguments(function);
    }

    private static ObjectNode function(ObjectNode fragment) {
        return fragment.path("function") instanceof ObjectNode function ? function : fragment.putObject("function");
    }

    /// Some give the arguments as an object.
    private static void arguments(ObjectNode function) {
        JsonNode arguments = function.path("arguments");
        if (!arguments.isString()) {
            function.put("arguments", arguments.isObject() ? arguments.toString() : "");
        }
    }
}
