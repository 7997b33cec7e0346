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
        return all("/operator/holds?limit=" + PAGE, HeldJob::of);
    }

    /// The webhooks that have failed and have not arrived since.
    ///
    /// @param status which of them: `retrying`, `exhausted` or `pending`
    public List<FailedDelivery> failedDeliveries(Optional<String> status) {
        var narrowed = status.map(word -> "&status=" + URLEncoder.encode(word, StandardCharsets.UTF_8))
                .orElse("");
        return all("/operator/deliveries?limit=" + PAGE + narrowed, FailedDelivery::of);
    }

    /// Has a webhook sent again.
    public JsonNode resend(String deliveryId) {
        return http.post("/operator/deliveries/" + deliveryId + "/resend", Map.of(), Map.of());
    }

    /// What is on all pages of a list.
    private <T> List<T> all(String path, Function<JsonNode, T> item) {
        var items = new ArrayList<T>();
        var page = http.get(path);
        page.path("data").valueStream().map(item).forEach(items::add);
        while (page.path("has_more").asBoolean(false)) {
            page = http.get(path + "&after=" + Json.text(page, "last_id"));
            page.path("data").valueStream().map(item).forEach(items::add);
        }
        return items;
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
        return http.post("/operator/holds/" + jobId + "/resolve", resolution, Map.of());
    }

    /// The text of the Prometheus page.
    public String metrics() {
        return http.text("/actuator/prometheus", Duration.ofSeconds(10));
    }
}
