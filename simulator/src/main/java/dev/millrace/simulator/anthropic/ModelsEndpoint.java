package dev.millrace.simulator.anthropic;

import dev.millrace.simulator.desk.ApiException;
import dev.millrace.simulator.desk.Endpoint;
import dev.millrace.simulator.desk.Incoming;
import dev.millrace.simulator.desk.JsonText;
import dev.millrace.simulator.desk.ModelListing;
import dev.millrace.simulator.desk.Task;
import dev.millrace.simulator.ledger.Operation;
import java.util.List;
import java.util.stream.Collectors;

/// `GET /v1/models` and `GET /v1/models/{model}`.
///
/// @param wanted the one model asked for; empty for the list
record ModelsEndpoint(String wanted) implements Endpoint {

    static final ModelsEndpoint LIST = new ModelsEndpoint("");

    @Override
    public Operation operation() {
        return Operation.MODELS;
    }

    @Override
    public Task read(Incoming incoming) throws ApiException {
        Version.of(incoming.head());
        return new ModelListing(incoming, wanted, ModelsEndpoint::entry, ModelsEndpoint::list);
    }

    private static String list(List<String> models) {
        String first = models.isEmpty() ? "null" : JsonText.quoted(models.getFirst());
        String last = models.isEmpty() ? "null" : JsonText.quoted(models.getLast());
        return models.stream()
                .map(ModelsEndpoint::entry)
                .collect(Collectors.joining(
                        ",",
                        "{\"data\":[",
                        "],\"has_more\":false,\"first_id\":" + first + ",\"last_id\":" + last + "}"));
    }

    private static String entry(String name) {
        return "{\"type\":\"model\",\"id\":" + JsonText.quoted(name) + ",\"display_name\":" + JsonText.quoted(name)
                + ",\"created_at\":\"2026-01-01T00:00:00Z\",\"lifecycle\":\"active\",\"deprecated_at\":null,"
                + "\"retires_at\":null,\"max_input_tokens\":200000,\"max_tokens\":64000,"
                + "\"capabilities\":null}";
    }
}
