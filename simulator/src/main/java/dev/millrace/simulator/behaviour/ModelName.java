package dev.millrace.simulator.behaviour;

import dev.millrace.simulator.ledger.Operation;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// A model name with behaviours in it: `sim-video~render=3s~poll.status=503~poll.times=2`.
///
/// A behaviour with a scope (`create`, `poll`, `content`, `delete`, `cancel`, `file`) is for that operation on videos;
/// one without is for the request that names the model.
final class ModelName {

    private static final Map<String, Operation> SCOPES = Map.of(
            "create", Operation.VIDEO_CREATE,
            "poll", Operation.VIDEO_POLL,
            "content", Operation.VIDEO_CONTENT,
            "delete", Operation.VIDEO_DELETE,
            "cancel", Operation.VIDEO_CANCEL,
            "file", Operation.VIDEO_FILE);

    private final Behaviour unscoped;
    private final Map<Operation, Behaviour> scoped;

    private ModelName(Behaviour unscoped, Map<Operation, Behaviour> scoped) {
        this.unscoped = unscoped;
        this.scoped = scoped;
    }

    static ModelName parse(String model) throws InvalidBehaviourException {
        Map<String, String> unscoped = new LinkedHashMap<>();
        Map<Operation, Map<String, String>> scoped = new HashMap<>();
        String[] parts = model.split("~", -1);
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            String word = equals < 0 ? parts[i] : parts[i].substring(0, equals);
            String value = equals < 0 ? "" : parts[i].substring(equals + 1);
            int dot = word.indexOf('.');
            Optional<Operation> scope =
                    dot < 0 ? Optional.empty() : Optional.ofNullable(SCOPES.get(word.substring(0, dot)));
            if (scope.isPresent()) {
                scoped.computeIfAbsent(scope.get(), _ -> new LinkedHashMap<>()).put(word.substring(dot + 1), value);
            } else {
                unscoped.put(word, value);
            }
        }
        Map<Operation, Behaviour> checked = new EnumMap<>(Operation.class);
        for (var scope : scoped.entrySet()) {
            checked.put(scope.getKey(), Behaviour.parse(scope.getValue()).withImpliedFault());
        }
        return new ModelName(Behaviour.parse(unscoped).withImpliedFault(), checked);
    }

    Behaviour of(Operation operation) {
        Behaviour own = scoped.getOrDefault(operation, Behaviour.NORMAL);
        return operation.namesModel() ? unscoped.overlaidBy(own) : own;
    }
}
