package dev.millrace.provider.gemini;

import dev.millrace.http.OutboundCall;
import dev.millrace.http.OutboundHttp;
import dev.millrace.provider.ListPage;
import dev.millrace.provider.ModelList;
import dev.millrace.provider.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hc.core5.http.message.BasicHeader;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `GET /models`, page by page. A list of which a page is missing is none.
public final class GeminiModels implements ModelList {

    private static final int MOST_PAGES = 20;
    private static final int MOST_BYTES = 4 * 1024 * 1024;

    private final OutboundHttp http;
    private final JsonMapper json;

    public GeminiModels(OutboundHttp http, JsonMapper json) {
        this.http = http;
        this.json = json;
    }

    @Override
    public List<Listed> models(Target target) {
        var models = new ArrayList<Listed>();
        var token = "";
        long until = System.nanoTime() + target.deadline().toNanos();
        for (int page = 0; page < MOST_PAGES; page++) {
            var answer = page(target, token, Duration.ofNanos(until - System.nanoTime()));
            if (answer.isEmpty()) {
                return List.of();
            }
            for (var model : answer.get().path("models")) {
                var name = GeminiModel.bare(model.path("name").asString(""));
                if (!name.isEmpty()) {
                    models.add(new Listed(name, 0, "google"));
                }
            }
            token = answer.get().path("nextPageToken").asString("");
            if (token.isEmpty()) {
                return List.copyOf(models);
            }
        }
        return List.copyOf(models);
    }

    private Optional<JsonNode> page(Target target, String token, Duration left) {
        var call = OutboundCall.get(
                target.at("/" + GeminiModel.version(target) + "/models?pageSize=1000"
                        + (token.isEmpty() ? "" : "&pageToken=" + GeminiModel.segment(token))),
                List.of(new BasicHeader("x-goog-api-key", target.key().secret().reveal())),
                left,
                MOST_BYTES);
        return ListPage.get(http, json, call);
    }
}
