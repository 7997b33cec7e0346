package dev.millrace.provider.anthropic;

import dev.millrace.http.OutboundCall;
import dev.millrace.http.OutboundHttp;
import dev.millrace.provider.ListPage;
import dev.millrace.provider.ModelList;
import dev.millrace.provider.Target;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `GET /v1/models`, in one page: a thousand is the most that it holds.
public final class AnthropicModels implements ModelList {

    private static final int MOST_BYTES = 4 * 1024 * 1024;

    private final OutboundHttp http;
    private final JsonMapper json;

    public AnthropicModels(OutboundHttp http, JsonMapper json) {
        this.http = http;
        this.json = json;
    }

    @Override
    public List<Listed> models(Target target) {
        var call = OutboundCall.get(
                target.at("/v1/models?limit=1000"),
                ApiVersion.of(target).headers(target, "application/json"),
                target.deadline(),
                MOST_BYTES);
        return ListPage.get(http, json, call)
                .map(page -> listed(page.path("data")))
                .orElse(List.of());
    }

    private static List<Listed> listed(JsonNode data) {
        var models = new ArrayList<Listed>();
        for (var model : data) {
            if (model.path("id").isString()) {
                models.add(new Listed(model.path("id").stringValue(), created(model), "anthropic"));
            }
        }
        return List.copyOf(models);
    }

    private static long created(JsonNode model) {
        try {
            return Math.max(
                    0, Instant.parse(model.path("created_at").asString("")).getEpochSecond());
        } catch (DateTimeParseException untold) {
            return 0;
        }
    }
}
