package dev.millrace.simulator.control;

import dev.millrace.simulator.behaviour.InvalidBehaviourException;
import dev.millrace.simulator.behaviour.Rule;
import dev.millrace.simulator.desk.Provider;
import dev.millrace.simulator.desk.World;
import dev.millrace.simulator.hold.Hold;
import dev.millrace.simulator.hold.HoldPoint;
import dev.millrace.simulator.hold.Release;
import dev.millrace.simulator.http.Query;
import dev.millrace.simulator.ledger.KeyPrint;
import dev.millrace.simulator.ledger.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Sets what is going to happen: behaviours, holds, and how providers are set up.
final class Stage {

    private static final long LONGEST_WAIT_SECONDS = 120;

    private final World world;

    Stage(World world) {
        this.world = world;
    }

    JsonNode putBehaviour(ControlRequest request) throws ControlException {
        JsonNode json = request.json(Set.of("provider", "operation", "model", "behaviour", "times"));
        JsonNode behaviour = json.path("behaviour");
        if (!behaviour.isObject()) {
            throw new ControlException(400, "'behaviour' must be an object of behaviours and their values");
        }
        Map<String, String> words = new LinkedHashMap<>();
        for (var word : behaviour.properties()) {
            words.put(word.getKey(), word.getValue().asString(""));
        }
        if (json.hasNonNull("times")) {
            words.put("times", json.path("times").asString(""));
        }
        try {
            return rule(world.behaviours().put(match(json), words));
        } catch (InvalidBehaviourException e) {
            throw new ControlException(400, String.valueOf(e.getMessage()));
        }
    }

    JsonNode behaviours() {
        ObjectNode answer = Control.MAPPER.createObjectNode();
        ArrayNode list = answer.putArray("behaviours");
        world.behaviours().rules().forEach(rule -> list.add(rule(rule)));
        return answer;
    }

    /// Removes the rules that the query or the body names; without either, all.
    JsonNode deleteBehaviours(ControlRequest request) throws ControlException {
        Optional<String> id = request.parameter("id");
        Optional<String> provider = request.parameter("provider");
        Optional<String> model = request.parameter("model");
        Optional<Operation> operation =
                ControlRequest.operation(request.parameter("operation").orElse(""));
        int removed = world.behaviours()
                .remove(rule -> id.map(rule.id()::equals).orElse(true)
                        && (provider.isEmpty() || rule.match().provider().equals(provider))
                        && (operation.isEmpty() || rule.match().operation().equals(operation))
                        && model.map(rule.match().model()::equals).orElse(true));
        return Control.MAPPER.createObjectNode().put("removed", removed);
    }

    private static ObjectNode rule(Rule rule) {
        ObjectNode json = Control.MAPPER.createObjectNode().put("id", rule.id());
        match(json, rule.match());
        ObjectNode behaviour = json.putObject("behaviour");
        rule.words().forEach(behaviour::put);
        return json.put("met", rule.met());
    }

    private static void match(ObjectNode json, Rule.Match match) {
        json.put("provider", match.provider().orElse(null));
        json.put("operation", match.operation().map(Operation::label).orElse(null));
        json.put("model", match.model());
    }

    private static Rule.Match match(JsonNode json) throws ControlException {
        return new Rule.Match(
                Optional.of(json.path("provider").asString("")).filter(p -> !p.isEmpty() && !p.equals("*")),
                ControlRequest.operation(json.path("operation").asString("")),
                json.path("model").asString("*"));
    }

    JsonNode addHold(ControlRequest request) throws ControlException {
        JsonNode json = request.json(Set.of("provider", "operation", "model", "point", "times"));
        String name = json.path("point").asString("");
        Optional<HoldPoint> point = HoldPoint.of(name);
        if (point.isEmpty()) {
            throw new ControlException(400, "'point' is request-read, before-answer or mid-body, not '" + name + "'");
        }
        long times = json.path("times").asLong(Long.MAX_VALUE);
        return hold(world.holds().add(point.get(), match(json), times));
    }

    JsonNode holds() {
        ObjectNode answer = Control.MAPPER.createObjectNode();
        ArrayNode list = answer.putArray("holds");
        world.holds().all().forEach(hold -> list.add(hold(hold)));
        return answer;
    }

    JsonNode deleteHolds() {
        int removed = world.holds().all().size();
        world.holds().reset();
        return Control.MAPPER.createObjectNode().put("removed", removed);
    }

    /// @param rest what follows `/sim/holds/`
    JsonNode hold(ControlRequest request, String rest) throws ControlException {
        int slash = rest.indexOf('/');
        String id = slash < 0 ? rest : rest.substring(0, slash);
        String action = slash < 0 ? "" : rest.substring(slash + 1);
        Hold hold =
                world.holds().find(id).orElseThrow(() -> new ControlException(404, "there is no hold '" + id + "'"));
        return switch (request.method() + " " + action) {
            case "GET " -> watch(hold, request);
            case "POST release" -> release(hold, request);
            case "DELETE " -> {
                world.holds().remove(hold);
                yield hold(hold);
            }
            default -> throw new ControlException(404, "a hold has no " + request.method() + " " + action);
        };
    }

    private static JsonNode watch(Hold hold, ControlRequest request) throws ControlException {
        Optional<String> wait = request.parameter("wait");
        if (wait.isPresent()) {
            long seconds = Math.min(LONGEST_WAIT_SECONDS, secondsIn(wait.get()));
            try {
                hold.awaitWaiting((int) request.number("count", 1), Duration.ofSeconds(seconds));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return hold(hold);
    }

    private static long secondsIn(String text) throws ControlException {
        try {
            return Long.parseLong(text.endsWith("s") ? text.substring(0, text.length() - 1) : text);
        } catch (NumberFormatException e) {
            throw new ControlException(400, "'wait' is a number of seconds, not '" + text + "'");
        }
    }

    private static JsonNode release(Hold hold, ControlRequest request) throws ControlException {
        JsonNode json = request.json(Set.of("count", "then"));
        int count = json.path("count").asInt((int) request.number("count", Integer.MAX_VALUE));
        String then = json.path("then").asString("go-on");
        Release release = switch (then) {
            case "go-on" -> Release.GO_ON;
            case "reset" -> Release.DROP;
            default -> throw new ControlException(400, "'then' is go-on or reset, not '" + then + "'");
        };
        int released = hold.release(count, release);
        return hold(hold).put("released", released);
    }

    private static ObjectNode hold(Hold hold) {
        ObjectNode json = Control.MAPPER.createObjectNode().put("id", hold.id());
        match(json, hold.match());
        Hold.State state = hold.state();
        json.put("point", hold.point().label());
        return json.put("waiting", state.waiting()).put("gone", state.gone()).put("arrived", state.arrived());
    }

    JsonNode putProvider(ControlRequest request, String name) throws ControlException {
        JsonNode json = request.json(Set.of("keys", "list", "idempotency", "renders", "models"));
        Provider provider = world.providers().get(Query.decode(name));
        Provider.Settings before = provider.settings();
        String renders = json.path("renders").asString(before.shared() ? "shared" : "by-key");
        if (!renders.equals("shared") && !renders.equals("by-key")) {
            throw new ControlException(400, "'renders' is shared or by-key, not '" + renders + "'");
        }
        provider.set(new Provider.Settings(
                keys(json.path("keys"), before.keyPrints()),
                json.path("list").asBoolean(before.list()),
                json.path("idempotency").asBoolean(before.idempotency()),
                renders.equals("shared"),
                json.path("models").isArray() ? strings(json.path("models")) : before.models()));
        return provider(provider);
    }

    JsonNode providers() {
        ObjectNode answer = Control.MAPPER.createObjectNode();
        ArrayNode list = answer.putArray("providers");
        world.providers().all().forEach(provider -> list.add(provider(provider)));
        return answer;
    }

    /// Null and absent differ: null takes the restriction away, absent leaves it as it is.
    private static Optional<Set<String>> keys(JsonNode keys, Optional<Set<String>> before) {
        if (keys.isArray()) {
            Set<String> prints = new LinkedHashSet<>();
            strings(keys).forEach(key -> prints.add(KeyPrint.of(key)));
            return Optional.of(Set.copyOf(prints));
        }
        return keys.isNull() ? Optional.empty() : before;
    }

    private static List<String> strings(JsonNode array) {
        List<String> strings = new ArrayList<>();
        array.forEach(node -> strings.add(node.asString("")));
        return List.copyOf(strings);
    }

    private static ObjectNode provider(Provider provider) {
        Provider.Settings settings = provider.settings();
        ObjectNode json = Control.MAPPER.createObjectNode().put("name", provider.name());
        if (settings.keyPrints().isPresent()) {
            ArrayNode keys = json.putArray("keys");
            settings.keyPrints().get().stream().sorted().forEach(keys::add);
        } else {
            json.putNull("keys");
        }
        json.put("list", settings.list()).put("idempotency", settings.idempotency());
        json.put("renders", settings.shared() ? "shared" : "by-key");
        ArrayNode models = json.putArray("models");
        settings.models().forEach(models::add);
        return json;
    }
}
