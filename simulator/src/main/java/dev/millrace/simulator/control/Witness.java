package dev.millrace.simulator.control;

import dev.millrace.simulator.desk.World;
import dev.millrace.simulator.ledger.Asked;
import dev.millrace.simulator.ledger.Count;
import dev.millrace.simulator.ledger.Entry;
import dev.millrace.simulator.ledger.Ledger;
import dev.millrace.simulator.ledger.Operation;
import dev.millrace.simulator.ledger.RawRequest;
import dev.millrace.simulator.render.Render;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What can be read of what the simulator has seen.
final class Witness {

    private static final int DEFAULT_LIMIT = 10_000;
    private static final int LARGEST_LIMIT = 50_000;

    private final World world;

    Witness(World world) {
        this.world = world;
    }

    JsonNode ledger(ControlRequest request) throws ControlException {
        Optional<String> provider = request.parameter("provider");
        Optional<Operation> operation =
                ControlRequest.operation(request.parameter("operation").orElse(""));
        Optional<String> model = request.parameter("model");
        Optional<String> prompt = request.parameter("prompt");
        Predicate<Entry> wanted =
                entry -> provider.map(entry.provider()::equals).orElse(true)
                        && operation.map(o -> o == entry.operation()).orElse(true)
                        && model.map(entry.asked().model()::equals).orElse(true)
                        && prompt.map(entry.asked().prompt()::contains).orElse(true);
        List<Entry> entries = world.ledger().entries(request.number("since", 0), limit(request), wanted);
        ObjectNode answer = Control.MAPPER.createObjectNode();
        answer.put("received", world.ledger().received());
        ArrayNode list = answer.putArray("entries");
        entries.forEach(entry -> list.add(entry(entry)));
        return answer;
    }

    private static int limit(ControlRequest request) throws ControlException {
        return Math.clamp(request.number("limit", DEFAULT_LIMIT), 0, LARGEST_LIMIT);
    }

    private static ObjectNode entry(Entry entry) {
        Asked asked = entry.asked();
        Entry.Ending ending = entry.ending();
        ObjectNode json = Control.MAPPER.createObjectNode();
        json.put("number", entry.number());
        json.put("time_ms", entry.timeMicros() / 1000).put("time_us", entry.timeMicros());
        json.put("provider", entry.provider()).put("format", entry.format());
        json.put("operation", entry.operation().label());
        json.put("method", entry.method()).put("target", entry.target());
        json.put("model", asked.model()).put("prompt", asked.prompt());
        json.put("key", asked.key()).put("idempotency_key", asked.idempotencyKey());
        json.put("request_id", entry.requestId()).put("render_id", entry.renderId());
        json.put("status", ending.status()).put("outcome", ending.outcome().label());
        json.put("client_gone", ending.clientGone()).put("duration_ms", ending.nanos() / 1e6);
        ObjectNode headers = json.putObject("headers");
        for (String line : asked.headers()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return json;
    }

    JsonNode renders(ControlRequest request) throws ControlException {
        Optional<String> provider = request.parameter("provider");
        Optional<String> model = request.parameter("model");
        Optional<String> prompt = request.parameter("prompt");
        List<Render> renders = world.renders()
                .page(
                        false,
                        Optional.of(request.number("since", 0)),
                        limit(request),
                        r -> provider.map(r.order().provider()::equals).orElse(true)
                                && model.map(r.order().model()::equals).orElse(true)
                                && prompt.map(r.order().prompt()::contains).orElse(true));
        ObjectNode answer = Control.MAPPER.createObjectNode();
        ArrayNode list = answer.putArray("renders");
        for (Render render : renders) {
            ObjectNode json = list.addObject();
            json.put("number", render.number()).put("id", render.id());
            json.put("provider", render.order().provider())
                    .put("format", render.order().format());
            json.put("model", render.order().model())
                    .put("prompt", render.order().prompt());
            json.put("size", render.order().size())
                    .put("seconds", render.order().seconds());
            json.put("created_ms", render.createdMillis())
                    .put("billed", render.plan().billed());
            json.put("key", render.order().key())
                    .put("idempotency_key", render.order().idempotencyKey());
            json.put("status", render.status().name().toLowerCase(Locale.ROOT));
            json.put("downloads", render.downloads()).put("deleted", render.deleted());
            json.put("request_number", render.order().requestNumber());
        }
        return answer;
    }

    JsonNode counts(ControlRequest request) {
        Optional<String> provider = request.parameter("provider");
        ObjectNode answer = Control.MAPPER.createObjectNode();
        answer.put("received", world.ledger().received())
                .put("open", world.ledger().open());
        ArrayNode requests = answer.putArray("requests");
        for (Count count : world.ledger().counts()) {
            if (provider.map(count.provider()::equals).orElse(true)) {
                requests.addObject()
                        .put("provider", count.provider())
                        .put("operation", count.operation().label())
                        .put("status", count.status())
                        .put("outcome", count.outcome().label())
                        .put("count", count.count());
            }
        }
        ObjectNode renders = answer.putObject("renders");
        sums(renders, "created", world.renders().created(), provider);
        sums(renders, "billed", world.renders().billed(), provider);
        return answer;
    }

    private static void sums(ObjectNode to, String name, Map<String, Long> sums, Optional<String> provider) {
        long all = 0;
        ObjectNode each = to.putObject(name + "_by_provider");
        for (var sum : sums.entrySet()) {
            if (provider.map(sum.getKey()::equals).orElse(true)) {
                each.put(sum.getKey(), sum.getValue());
                all += sum.getValue();
            }
        }
        to.put(name, all);
    }

    JsonNode raw(ControlRequest request) throws ControlException {
        long number = request.number("number", 0);
        RawRequest raw = world.ledger().raw(number).orElse(null);
        if (raw == null) {
            throw new ControlException(404, "request " + number + " is not among the last " + Ledger.RAW_KEPT);
        }
        ObjectNode answer = Control.MAPPER.createObjectNode().put("number", number);
        ArrayNode lines = answer.putArray("lines");
        raw.lines().forEach(lines::add);
        String text = new String(raw.body(), StandardCharsets.UTF_8);
        if (Arrays.equals(text.getBytes(StandardCharsets.UTF_8), raw.body())) {
            answer.put("body", text);
        } else {
            answer.put("body_base64", Base64.getEncoder().encodeToString(raw.body()));
        }
        return answer;
    }

    JsonNode record() {
        return Control.MAPPER
                .createObjectNode()
                .put("mode", world.ledger().mode().label());
    }

    JsonNode record(ControlRequest request) throws ControlException {
        String mode = request.json(Set.of("mode")).path("mode").asString("");
        for (Ledger.Mode known : Ledger.Mode.values()) {
            if (known.label().equals(mode)) {
                world.ledger().record(known);
                return record();
            }
        }
        throw new ControlException(400, "'mode' is 'full' or 'counts', not '" + mode + "'");
    }
}
