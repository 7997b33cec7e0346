package dev.millrace.api.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.OpenApiDocument;
import dev.millrace.api.fixture.OpenApiDocument.Operation;
import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.SharedApi;
import dev.millrace.api.fixture.Submissions;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class DocumentTest {

    /// How each operation with an id in its path is called for a job of another project. An operation without a row
    /// fails the build.
    private static final Map<String, BiFunction<ApiClient, String, Reply>> FOREIGN = Map.of(
            "getJob", (caller, id) -> caller.get("/v1/jobs/" + id),
            "cancelJob", (caller, id) -> caller.post("/v1/jobs/" + id + "/cancel"),
            "listCallAttempts", (caller, id) -> caller.get("/v1/calls/" + id + "/attempts"),
            "listAttempts", (caller, id) -> caller.get("/v1/jobs/" + id + "/attempts"),
            "listJobDeliveries", (caller, id) -> caller.get("/v1/jobs/" + id + "/deliveries"),
            "getTimeline", (caller, id) -> caller.get("/v1/jobs/" + id + "/timeline"),
            "getResult", (caller, id) -> caller.get("/v1/jobs/" + id + "/result"),
            "getContent", (caller, id) -> caller.get("/v1/jobs/" + id + "/content"),
            "headContent", (caller, id) -> caller.call("HEAD", "/v1/jobs/" + id + "/content"));

    /// The same for a delivery of another project.
    private static final Map<String, BiFunction<ApiClient, String, Reply>> FOREIGN_DELIVERY = Map.of(
            "getDelivery", (caller, id) -> caller.get("/v1/deliveries/" + id),
            "listDeliveryAttempts", (caller, id) -> caller.get("/v1/deliveries/" + id + "/attempts"),
            "resendDelivery", (caller, id) -> caller.post("/v1/deliveries/" + id + "/resend"));

    private final RunningApi api = SharedApi.get();

    @Test
    void the_service_serves_the_document_of_itself() {
        var served = api.anybody().get("/v1/openapi.json");

        assertThat(served.json()).isEqualTo(OpenApiDocument.tree());
        assertThat(served.json().path("openapi").asString()).startsWith("3.1.");
    }

    @Test
    void every_route_of_the_service_is_in_the_document() {
        var described = OpenApiDocument.operations().stream()
                .map(operation -> operation.method() + " " + operation.path())
                .collect(Collectors.toSet());

        assertThat(described).containsAll(routes());
        assertThat(routes()).contains("POST /v1/jobs", "GET /v1/jobs", "HEAD /v1/jobs/{id}/content");
    }

    @Test
    void every_operation_of_the_document_is_a_route_of_the_service() {
        var described = OpenApiDocument.operations().stream()
                .filter(operation -> operation.path().startsWith("/v1/"))
                .map(operation -> operation.method() + " " + operation.path())
                .collect(Collectors.toSet());

        assertThat(routes()).containsAll(described);
    }

    @Test
    void every_reference_in_the_document_leads_somewhere() {
        references(OpenApiDocument.tree())
                .forEach(reference -> assertThat(OpenApiDocument.tree()
                                .at(reference.substring(1))
                                .isMissingNode())
                        .as(reference)
                        .isFalse());
    }

    @Test
    void every_operation_has_a_name_of_its_own_and_says_what_it_may_answer() {
        var ids = new HashSet<String>();
        for (var operation : OpenApiDocument.operations()) {
            assertThat(ids.add(operation.id())).as(operation.id()).isTrue();
            assertThat(operation.node().path("responses").size()).isPositive();
            if (operation.path().startsWith("/v1/jobs")) {
                assertThat(operation.node().path("responses").propertyNames())
                        .as(operation.id())
                        .contains("401", "413", "500", "503");
            }
        }
    }

    static Stream<Operation> operationsWithAnId() {
        return OpenApiDocument.operations().stream()
                .filter(operation -> operation.path().startsWith("/v1/") && operation.hasIdInPath())
                // Models are the same for all.
                .filter(operation -> !operation.path().startsWith("/v1/models"))
                .filter(operation -> !operation.path().startsWith("/v1/deliveries"));
    }

    static Stream<Operation> operationsOnADelivery() {
        return OpenApiDocument.operations().stream()
                .filter(operation -> operation.path().startsWith("/v1/deliveries") && operation.hasIdInPath());
    }

    @ParameterizedTest
    @MethodSource("operationsOnADelivery")
    void another_projects_delivery_is_a_404_to_every_operation(Operation operation) {
        var call = FOREIGN_DELIVERY.get(operation.id());
        if (call == null) {
            throw new AssertionError("No row for " + operation.id());
        }
        var owner = api.newCaller();
        var worker = api.worker();
        var job = owner.post("/v1/jobs", Submissions.chat(",\"webhook_url\":\"https://example.com/hook\""))
                .id();
        worker.succeed(worker.claim(job), "{}", null);
        worker.deliver(job, 1, "server_error", 500, Optional.empty());
        var before = owner.get("/v1/jobs/" + job + "/deliveries").json();
        var id = before.path("data").get(0).path("id").asString();

        var reply = call.apply(api.newCaller(), id);

        assertThat(reply.status()).isEqualTo(404);
        assertThat(owner.get("/v1/jobs/" + job + "/deliveries").json())
                .as("and nothing has changed")
                .isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("operationsWithAnId")
    void another_projects_job_is_a_404_to_every_operation(Operation operation) {
        var call = FOREIGN.get(operation.id());
        if (call == null) {
            throw new AssertionError("No row for " + operation.id());
        }
        var owner = api.newCaller();
        var worker = api.worker();
        var queued = owner.submitVideo();
        var running = owner.submitChat();
        worker.claim(running);
        var answered = owner.submitChat();
        worker.succeed(worker.claim(answered), "{\"secret\":1}", null);
        var rendered = owner.submitVideo();
        worker.succeedWithFile(worker.claim(rendered), SharedApi.assets(), new byte[100]);

        var stranger = api.newCaller();
        for (var id : new String[] {queued, running, answered, rendered}) {
            var before = owner.job(id).json();
            var reply = call.apply(stranger, id);
            assertThat(reply.status()).as(operation.id()).isEqualTo(404);
            assertThat(owner.job(id).json()).as("and nothing has changed").isEqualTo(before);
        }
    }

    @Test
    void a_list_shows_a_projects_own_jobs_alone() {
        var owner = api.newCaller();
        owner.submitChat();

        var stranger = api.newCaller();
        for (var query : new String[] {"", "?kind=chat", "?status=queued", "?kind=chat&status=queued"}) {
            assertThat(stranger.get("/v1/jobs" + query).json().path("data")).isEmpty();
        }
    }

    private Set<String> routes() {
        var routes = new HashSet<String>();
        api.context()
                .getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .keySet()
                .forEach(mapping -> mapping.getPatternValues().stream()
                        .filter(path -> path.startsWith("/v1"))
                        .forEach(path -> {
                            assertThat(mapping.getMethodsCondition().getMethods())
                                    .as("the methods of " + path)
                                    .isNotEmpty();
                            for (RequestMethod method :
                                    mapping.getMethodsCondition().getMethods()) {
                                // What may hold slashes has no form of its own in the document.
                                routes.add(method + " " + path.replace("{*", "{"));
                            }
                        }));
        // Servlets of our own take what is posted, and pass on the rest.
        for (ServletRegistrationBean<?> servlet :
                api.context().getBeansOfType(ServletRegistrationBean.class).values()) {
            for (var path : servlet.getUrlMappings()) {
                if (path.toString().startsWith("/v1")) {
                    routes.add("POST " + path);
                }
            }
        }
        return routes;
    }

    private static Stream<String> references(JsonNode node) {
        var own = node.isObject() && node.path("$ref").isString()
                ? Stream.of(node.path("$ref").asString())
                : Stream.<String>empty();
        return Stream.concat(own, node.values().stream().flatMap(DocumentTest::references));
    }
}
