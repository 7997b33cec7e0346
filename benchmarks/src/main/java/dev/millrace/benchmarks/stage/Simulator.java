package dev.millrace.benchmarks.stage;

import dev.millrace.benchmarks.control.ControlClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The provider, as a witness of what it was asked.
public final class Simulator {

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS) // items are read out of a list
            .build();
    private static final int PAGE = 20_000;

    private final ControlClient control;

    Simulator(URI base) {
        control = new ControlClient(base);
    }

    /// One request that it received.
    ///
    /// @param micros   when its head had been read, in microseconds since 1970
    /// @param renderId the render that it created or asked about; empty for none
    public record Entry(
            long number, long micros, String operation, String prompt, String renderId, int status, boolean gone) {}

    /// A render that it took on.
    public record Made(String id, String prompt, boolean billed) {}

    /// Forgets all, and counts from now on without writing down each request.
    public void countOnly() {
        control.post("/sim/reset", Map.of());
        control.call("PUT", "/sim/record", Map.of("mode", "counts"));
    }

    /// Forgets all, and writes down each request from now on.
    public void recordAll() {
        control.post("/sim/reset", Map.of());
    }

    /// Writes down each request from now on, and forgets nothing.
    public void record() {
        control.call("PUT", "/sim/record", Map.of("mode", "full"));
    }

    /// Stops requests like that when they are done and billed, before their answer.
    ///
    /// @return the hold's id
    public String holdAnswers(String operation, String model, int times) {
        return control.post(
                        "/sim/holds",
                        Map.of("operation", operation, "model", model, "point", "before-answer", "times", times))
                .path("id")
                .asString("");
    }

    /// Waits up to 30 s until so many are held; answers how many are.
    public long held(String hold, int count) {
        return control.get("/sim/holds/" + hold + "?wait=30&count=" + count)
                .path("waiting")
                .asLong(0);
    }

    public void release(String hold) {
        control.call("DELETE", "/sim/holds/" + hold, "");
    }

    /// How many requests of an operation have ended.
    public long count(String operation) {
        return control.get("/sim/counts")
                .path("requests")
                .valueStream()
                .filter(count -> count.path("operation").asString("").equals(operation))
                .mapToLong(count -> count.path("count").asLong(0))
                .sum();
    }

    /// How many requests are under way.
    public long open() {
        return control.get("/sim/counts").path("open").asLong(0);
    }

    /// How many requests it has begun to read.
    public long received() {
        return control.get("/sim/counts").path("received").asLong(0);
    }

    /// All requests of an operation after that number, oldest first.
    public List<Entry> entries(String operation, long since) {
        return entries(operation, since, "");
    }

    /// Those of them whose prompt has that word in it.
    public List<Entry> entries(String operation, long since, String prompt) {
        var all = new ArrayList<Entry>();
        long after = since;
        while (true) {
            int before = all.size();
            var asked = prompt.isEmpty() ? "" : "&prompt=" + prompt;
            read(
                    "/sim/ledger?operation=" + operation + "&since=" + after + asked + "&limit=" + PAGE,
                    "entries",
                    node -> {
                        all.add(new Entry(
                                node.path("number").asLong(0),
                                node.path("time_us").asLong(0),
                                node.path("operation").asString(""),
                                node.path("prompt").asString(""),
                                node.path("render_id").asString(""),
                                node.path("status").asInt(0),
                                node.path("client_gone").asBoolean(false)));
                    });
            if (all.size() - before < PAGE) {
                return all;
            }
            after = all.getLast().number();
        }
    }

    /// All renders, oldest first.
    public List<Made> renders() {
        var all = new ArrayList<Made>();
        long after = 0;
        while (true) {
            int before = all.size();
            var last = new long[] {after};
            read("/sim/renders?since=" + after + "&limit=" + PAGE, "renders", node -> {
                all.add(new Made(
                        node.path("id").asString(""),
                        node.path("prompt").asString(""),
                        node.path("billed").asBoolean(false)));
                last[0] = node.path("number").asLong(0);
            });
            if (all.size() - before < PAGE) {
                return all;
            }
            after = last[0];
        }
    }

    /// One item at a time: a page of the ledger is many megabytes.
    private void read(String path, String list, java.util.function.Consumer<JsonNode> each) {
        try (InputStream stream = control.stream(path);
                var parser = JSON.createParser(stream)) {
            while (parser.nextToken() != null) {
                if (parser.currentToken() == JsonToken.PROPERTY_NAME && list.equals(parser.currentName())) {
                    parser.nextToken();
                    while (parser.nextToken() == JsonToken.START_OBJECT) {
                        each.accept(JSON.readTree(parser));
                    }
                }
            }
        } catch (IOException broke) {
            throw new IllegalStateException("The simulator's answer broke off", broke);
        }
    }
}
