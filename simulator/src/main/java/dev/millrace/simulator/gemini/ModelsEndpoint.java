package dev.millrace.simulator.gemini;

import dev.millrace.simulator.desk.Endpoint;
import dev.millrace.simulator.desk.Incoming;
import dev.millrace.simulator.desk.JsonText;
import dev.millrace.simulator.desk.ModelListing;
import dev.millrace.simulator.desk.Task;
import dev.millrace.simulator.ledger.Operation;
import java.util.List;
import java.util.stream.Collectors;

/// `GET /v1beta/models` and `GET /v1beta/models/{model}`.
///
/// @param wanted the one model asked for; empty for the list
record ModelsEndpoint(String wanted) implements Endpoint {

    static final ModelsEndpoint LIST = new ModelsEndpoint("");

    @Override
    public Operation operation() {
        return Operation.MODELS;
    }

    @Override
    public Task read(Incoming incoming) {
        return new ModelListing(incoming, wanted, ModelsEndpoint::entry, ModelsEndpoint::list);
    }

    private static String list(List<String> models) {
        return models.stream().map(ModelsEndpoint::entry).collect(Collectors.joining(",", "{\"models\":[", "]}"));
    }

    private static String entry(String name) {
        return "{\"name\":" + JsonText.quoted("models/" + name) + ",\"version\":\"001\",\"displayName\":"
                + JsonText.quoted(name) + ",\"inputTokenLimit\":1048576,\"outputTokenLimit\":65536,"
                + "\"supportedGenerationMethods\":[\"generateContent\",\"countTokens\",\"predictLongRunning\"]}";
    }
}
