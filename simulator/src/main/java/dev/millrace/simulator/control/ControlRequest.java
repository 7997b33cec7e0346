package dev.millrace.simulator.control;

import dev.millrace.simulator.http.RequestHead;
import dev.millrace.simulator.ledger.Operation;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// A request to the simulator itself.
record ControlRequest(RequestHead head, byte[] body) {

    String method() {
        return head.method();
    }

    String path() {
        return head.path();
    }

    Optional<String> parameter(String name) {
        return Optional.ofNullable(head.query().get(name)).filter(value -> !value.isEmpty());
    }

    long number(String name, long otherwise) throws ControlException {
        Optional<String> text = parameter(name);
        try {
            return text.isEmpty() ? otherwise : Long.parseLong(text.get());
        } catch (NumberFormatException e) {
            throw new ControlException(400, "'" + name + "' is no number: " + text.orElseThrow());
        }
    }

    /// The body as an object; an empty body is an empty object.
    ///
    /// @param allowed the only fields it may have
    JsonNode json(Set<String> allowed) throws ControlException {
        if (body.length == 0) {
            return Control.MAPPER.createObjectNode();
        }
        JsonNode json;
        try {
            json = Control.MAPPER.readTree(body);
        } catch (JacksonException e) {
            throw new ControlException(400, "the body is no JSON: " + e.getOriginalMessage());
        }
        if (!json.isObject()) {
            throw new ControlException(400, "the body is no JSON object");
        }
        for (String field : json.propertyNames()) {
            if (!allowed.contains(field)) {
                throw new ControlException(
                        400,
                        "unknown field '" + field + "'; known are "
                                + allowed.stream().sorted().toList());
            }
        }
        return json;
    }

    static Optional<Operation> operation(String label) throws ControlException {
        if (label.isEmpty() || label.equals("*")) {
            return Optional.empty();
        }
        Optional<Operation> operation = Operation.of(label);
        if (operation.isEmpty()) {
            throw new ControlException(400, "unknown operation '" + label + "'");
        }
        return operation;
    }
}
