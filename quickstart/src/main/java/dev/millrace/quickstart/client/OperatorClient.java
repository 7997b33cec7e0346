package dev.millrace.quickstart.client;

import java.math.BigDecimal;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/// The operator's API on the management port. Methods throw [CallFailed] for every answer that is not 2xx.
public final class OperatorClient {

    private static final int PAGE = 100;

    private final Http http;

    /// @param base such as `http://127.0.0.1:9080`
    /// @param key  the operator key, `mop_…`
    public OperatorClient(URI base, String key) {
        http = new Http(base, key);
    }

    /// Makes a project with a first API key.
    public Project createProject(String name) {
        return createProject(name, Optional.empty());
    }

    /// As [#createProject(String)], with what it may spend in a month, in US dollars.
    public Project createProject(String name, Optional<BigDecimal> budget) {
        var asked = new HashMap<String, Object>();
        asked.put("name", name);
        budget.ifPresent(amount -> asked.put("budget", amount));
        return Project.of(http.post("/operator/projects", asked, Map.of()));
    }

    /// The jobs that wait for an operator.
    public List<HeldJob> holds() {
        var holds = new ArrayList<HeldJob>();
        forEach("/operator/holds?limit=" + PAGE, HeldJob::of, holds::add);
        return holds;
    }

    /// Goes through the webhooks that were tried and have not arrived, page by page.
    ///
    /// @param status which of them: `retrying` or `exhausted`
    public void forEachUndelivered(Optional<String> status, Consumer<Undelivered> each) {
        var narrowed = status.map(word -> "&status=" + encoded(word)).orElse("");
        forEach("/operator/deliveries?limit=" + PAGE + narrowed, Undelivered::of, each);
    }

    /// Has a webhook sent again.
    public JsonNode resend(String deliveryId) {
        return http.post("/operator/deliveries/" + encoded(deliveryId) + "/resend", Map.of(), Map.of());
    }

    private <T> void forEach(String path, Function<JsonNode, T> item, Consumer<T> each) {
        var page = http.get(path);
        page.path("data").valueStream().map(item).forEach(each);
        while (page.path("has_more").asBoolean(false)) {
            page = http.get(path + "&after=" + encoded(Json.text(page, "last_id")));
            page.path("data").valueStream().map(item).forEach(each);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /// Says that the create was done, as the provider's operation of that id.
    public JsonNode resolveMade(String jobId, String operationId) {
        return resolve(jobId, Map.of("resolution", "made", "operation_id", operationId));
    }

    /// Says that the create was not done; the job is tried again.
    public JsonNode resolveNotMade(String jobId) {
        return resolve(jobId, Map.of("resolution", "not_made"));
    }

    /// Ends the job as failed.
    public JsonNode giveUp(String jobId) {
        return resolve(jobId, Map.of("resolution", "give_up"));
    }

    private JsonNode resolve(String jobId, Map<String, String> resolution) {
        return http.post("/operator/holds/" + encoded(jobId) + "/resolve", resolution, Map.of());
    }

    /// The text of the Prometheus page.
    public String metrics() {
        return http.text("/actuator/prometheus", Duration.ofSeconds(10));
    }
}
