package dev.millrace.quickstart.client;

import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The operator's API on the management port. Methods throw [CallFailed] for every answer that is not 2xx.
public final class OperatorClient {

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
        return http.get("/operator/holds")
                .path("data")
                .valueStream()
                .map(HeldJob::of)
                .toList();
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
