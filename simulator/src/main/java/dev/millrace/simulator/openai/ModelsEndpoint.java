package dev.millrace.simulator.openai;

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

    static ModelsEndpoint one(String model) {
        return new ModelsEndpoint(model);
    }

    @Override
    public Operation operation() {
        return Operation.MODELS;
    }

    @Override
    public Task read(Incoming incoming) {
        return new ModelListing(incoming, wanted, ModelsEndpoint::entry, ModelsEndpoint::list);
    }

    private static String list(List<String> models) {
        return models.stream()
                .map(ModelsEndpoint::entry)
                .collect(Collectors.joining(",", "{\"object\":\"list\",\"data\":[", "]}"));
    }

    private static String entry(String name) {
        return "{\"id\":" + JsonText.quoted(name)
                + ",\"object\":\"model\",\"created\":1700000000,\"owned_by\":\"simulator\",\"shutdown_date\":null}";
    }
}
