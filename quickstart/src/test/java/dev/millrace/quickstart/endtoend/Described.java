package dev.millrace.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.millrace.quickstart.platform.Platform;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Holds what a platform says of its jobs, as its workers have left them, against the document that it serves.
final class Described {

    private static final SchemaRegistry registry =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    private final HttpClient http = HttpClient.newHttpClient();
    private final Platform platform;
    private final JsonNode document;

    Described(Platform platform) {
        this.platform = platform;
        this.document = get(platform.baseUrl().resolve("/v1/openapi.json"), "");
    }

    /// Asks for all that can be asked about the project's latest jobs, and what waits for an operator.
    void assertAnswers() {
        var jobs = ids(own("/v1/jobs", "?limit=100"));
        assertThat(jobs).isNotEmpty();
        for (var job : jobs) {
            for (var about : new String[] {"", "/attempts", "/timeline", "/deliveries"}) {
                own("/v1/jobs/{id}" + about, job);
            }
        }
        own("/v1/deliveries", "");
        own("/v1/usage", "");
        operators("/operator/holds");
        operators("/operator/deliveries");
    }

    private static List<String> ids(JsonNode list) {
        var ids = new ArrayList<String>();
        list.path("data").forEach(one -> ids.add(one.path("id").asString()));
        return ids;
    }

    /// @param rest the id that is in the path, or the query behind it
    private JsonNode own(String path, String rest) {
        var target = path.contains("{id}") ? path.replace("{id}", rest) : path + rest;
        var answer = get(platform.baseUrl().resolve(target), platform.project().apiKey());
        require(path, answer);
        return answer;
    }

    private void operators(String path) {
        require(path, get(platform.operatorUrl().resolve(path), platform.operatorKey()));
    }

    private void require(String path, JsonNode answer) {
        var response = resolve(
                document.path("paths").path(path).path("get").path("responses").path("200"));
        var schema = response.path("content").path("application/json").path("schema");
        assertThat(schema.isObject()).as("the document has %s", path).isTrue();
        var whole = (ObjectNode) schema.deepCopy();
        whole.set("components", document.path("components"));
        assertThat(registry.getSchema(whole).validate(answer))
                .as("%s: %s", path, answer)
                .isEmpty();
    }

    private JsonNode resolve(JsonNode node) {
        var reference = node.path("$ref");
        return reference.isString() ? document.at(reference.asString().substring(1)) : node;
    }

    private JsonNode get(URI target, String key) {
        try {
            var answer = http.send(
                    HttpRequest.newBuilder(target)
                            .header("authorization", "Bearer " + key)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as("%s: %s", target, answer.body()).isEqualTo(200);
            return JsonMapper.shared().readTree(answer.body());
        } catch (IOException gone) {
            throw new AssertionError(target.toString(), gone);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }
}
