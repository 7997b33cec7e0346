package dev.millrace.api.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.OpenApiDocument;
import dev.millrace.api.fixture.RawRequest;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.SharedApi;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who may call the operator's endpoints, and how projects and keys are made there.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class OperatorTest {

    private static final RunningApi api = SharedApi.get();

    private final ApiClient operator = api.operator();
    private final ApiClient caller = api.newCaller();

    @Test
    void the_public_port_has_no_route_to_the_operators_endpoints_whatever_the_key() {
        for (var client : new ApiClient[] {caller, caller.with("Authorization", "Bearer " + RunningApi.OPERATOR_KEY)}) {
            for (var path : new String[] {"/operator/holds", "/actuator/prometheus", "/actuator/health", "/actuator"}) {
                assertThat(client.get(path).status()).as(path).isIn(401, 404);
            }
            assertThat(client.post("/operator/projects", "{\"name\":\"x\"}").status())
                    .isIn(401, 404);
        }
        assertThat(caller.get("/operator/holds").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/actuator/../operator/holds",
                "/actuator/./../operator/holds",
                "/actuator//../operator/holds",
                "/actuator/health/../../operator/holds",
                "/actuator/%2e%2e/operator/holds",
                "/actuator/..;/operator/holds",
                "/actuator/;/../operator/holds",
                "//operator/holds",
                "/operator/holds;/actuator/health"
            })
    void no_spelling_of_a_path_gets_around_the_operators_key(String path) throws IOException {
        try (var raw = new RawRequest(api.managementPort(), OpenApiDocument.MANAGEMENT)) {
            raw.write(("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(StandardCharsets.US_ASCII));

            assertThat(raw.read().status()).isIn(400, 401);
        }
    }

    @Test
    void the_management_port_is_this_machines_own_unless_it_is_opened() {
        // Another address of the machine's own: who listens on all of them listens on this one too.
        assertThat(listens("127.0.0.2", api.port())).isTrue();
        assertThat(listens("127.0.0.1", api.managementPort())).isTrue();
        assertThat(listens("127.0.0.2", api.managementPort())).isFalse();
    }

    private static boolean listens(String address, int port) {
        try (var socket = new Socket(address, port)) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    @Test
    void a_projects_key_is_not_the_operators() {
        var key = api.newProject().apiKey();

        for (var authorization : new String[] {"Bearer " + key, "Bearer ", "Basic eDp5", ""}) {
            var reply = operator.with("Authorization", authorization).get("/operator/holds");
            assertThat(reply.status()).isEqualTo(401);
            assertThat(reply.code()).isEqualTo("invalid_operator_key");
        }
    }

    @Test
    void without_an_operator_key_the_operators_endpoints_are_closed_and_say_so(@TempDir Path folder) {
        try (var closed = RunningApi.start(folder, "millrace.operator-key=")) {
            for (var client :
                    new ApiClient[] {closed.operator(), closed.operator().with("Authorization", "Bearer ")}) {
                var reply = client.get("/operator/holds");
                assertThat(reply.status()).isEqualTo(403);
                assertThat(reply.message()).contains("millrace.operator-key");
            }
            assertThat(closed.operator().get("/actuator/prometheus").status())
                    .as("metrics need no key on this port")
                    .isEqualTo(200);
        }
    }

    @Test
    void a_project_is_made_with_a_key_and_a_webhook_secret_that_are_shown_once() {
        var made = operator.post("/operator/projects", "{\"name\":\"Wheel & Race\"}");

        assertThat(made.status()).isEqualTo(201);
        assertThat(made.json().path("name").asString()).isEqualTo("Wheel & Race");
        var key = made.json().path("api_key").asString();
        assertThat(api.withKey(key).get("/v1/jobs").status()).isEqualTo(200);
        assertThat(made.json().path("webhook_secret").asString()).startsWith("whsec_");
    }

    @Test
    void the_webhook_secret_that_was_shown_is_the_one_that_signs() {
        var project = api.newProject();

        assertThat(api.bean(dev.millrace.access.WebhookSecrets.class)
                        .of(project.id())
                        .reveal())
                .isEqualTo(project.webhookSecret());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"name\":null}",
                "{\"name\":\"\"}",
                "{\"name\":\"  \"}",
                "{\"name\":7}",
                "{\"name\":\"a\\u0000\"}"
            })
    void a_project_needs_a_name(String body) {
        var reply = operator.post("/operator/projects", body);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.param()).isEqualTo("name");
    }

    @Test
    void a_project_takes_no_other_settings_and_no_broken_JSON() {
        assertThat(operator.post("/operator/projects", "{\"name\":\"x\",\"admin\":true}")
                        .param())
                .isEqualTo("admin");
        assertThat(operator.post("/operator/projects", "{\"name\":\"" + "x".repeat(201) + "\"}")
                        .status())
                .isEqualTo(400);
        assertThat(operator.post("/operator/projects", "{").code()).isEqualTo("invalid_json");
        assertThat(operator.post("/operator/projects", "[]").code()).isEqualTo("invalid_json");
    }

    @Test
    void a_key_for_a_project_that_is_none_is_a_404() {
        for (var id : new String[] {java.util.UUID.randomUUID().toString(), "1", "..%2f"}) {
            assertThat(operator.post("/operator/projects/" + id + "/keys").status())
                    .isEqualTo(404);
        }
    }

    @Test
    void the_frameworks_own_errors_have_the_one_shape_here_too() {
        assertThat(operator.call("DELETE", "/operator/holds").code()).isEqualTo("method_not_allowed");
        assertThat(operator.get("/operator/nothing").code()).isEqualTo("unknown_url");
        assertThat(operator.with("Accept", "image/png").get("/operator/holds").status())
                .isEqualTo(200);
    }
}
