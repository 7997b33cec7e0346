package dev.millrace.provider.openai;

import dev.millrace.http.OutboundCall;
import dev.millrace.http.OutboundHttp;
import dev.millrace.provider.ListPage;
import dev.millrace.provider.ModelList;
import dev.millrace.provider.Target;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `GET /models` of an OpenAI-compatible endpoint, which has no pages.
public final class OpenAiModels implements ModelList {

    private static final int MOST_BYTES = 8 * 1024 * 1024;
    private static final int MOST_MODELS = 10_000;
    private static final int LONGEST_ID = 256;

    private final OutboundHttp http;
    private final JsonMapper json;

    public OpenAiModels(OutboundHttp http, JsonMapper json) {
        this.http = http;
        this.json = json;
    }

    @Override
    public List<Listed> models(Target target) {
        var call = OutboundCall.get(target.at("/models"), OpenAiCalls.headers(target), target.deadline(), MOST_BYTES);
        return ListPage.get(http, json, call)
                .map(page -> read(page.path("data")))
                .orElse(List.of());
    }

    private static List<Listed> read(JsonNode data) {
        var models = new ArrayList<Listed>();
        for (var model : data) {
            var id = model.path("id").asString("");
            if (!id.isEmpty() && id.length() <= LONGEST_ID && models.size() < MOST_MODELS) {
                models.add(new Listed(
                        id,
                        Math.max(0, model.path("created").asLong(0)),
                        model.path("owned_by").asString("")));
            }
        }
        return List.copyOf(models);
    }
}
