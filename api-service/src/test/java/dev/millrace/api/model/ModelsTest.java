package dev.millrace.api.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.SimulatedApi;
import dev.millrace.api.fixture.SkippingClock;
import dev.millrace.routing.Retirements;
import java.time.Duration;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ModelsTest {

    private static final SkippingClock clock = new SkippingClock();

    private static final SimulatedApi api = new SimulatedApi.Setup()
            .provider("gateway", "sk-canary-gateway", "sk-canary-second")
            .set("providers.gateway.catch-all", "true")
            .deployment("of-ours", 0, "gateway", "sim-chat")
            .deployment("vendor/of-ours", 0, "gateway", "sim-chat")
            .deployment("leaving", 0, "gateway", "sim-chat")
            .set("models.leaving.deployments[0].shutdown", "2199-12-31")
            .deployment("gone", 0, "gateway", "sim-chat")
            .set("models.gone.deployments[0].shutdown", "2020-01-01")
            .start(clock);

    private final ApiClient caller = api.newCaller();

    @AfterAll
    static void stop() {
        api.close();
    }

    private static java.util.List<String> ids(ApiClient caller) {
        return StreamSupport.stream(caller.get("/v1/models").json().path("data").spliterator(), false)
                .map(model -> model.path("id").asString())
                .toList();
    }

    @Test
    void the_list_has_the_routes_first_and_then_what_the_catch_all_lists() {
        var ids = ids(caller);

        assertThat(ids).contains("of-ours", "leaving", "test-chat").doesNotHaveDuplicates();
        assertThat(ids).anyMatch(id -> id.startsWith("sim-"));
        assertThat(ids.indexOf("of-ours"))
                .isLessThan(ids.indexOf(ids.stream()
                        .filter(id -> id.startsWith("sim-"))
                        .findFirst()
                        .orElseThrow()));
    }

    private static long listed() {
        return api.received("gateway").stream()
                .filter(one -> one.path("operation").asString().equals("models"))
                .count();
    }

    @Test
    void the_catch_all_is_asked_once_a_minute_for_many_who_ask() {
        clock.skip(Duration.ofMinutes(2));
        long before = listed();
        for (int i = 0; i < 5; i++) {
            ids(caller);
        }
        assertThat(listed()).isEqualTo(before + 1);

        clock.skip(Duration.ofSeconds(61));
        for (int i = 0; i < 5; i++) {
            ids(caller);
        }
        assertThat(listed()).isEqualTo(before + 2);
    }

    @Test
    void where_a_key_of_the_catch_all_is_refused_the_next_one_lists() {
        clock.skip(Duration.ofMinutes(2));
        long before = listed();
        api.behave("gateway", "{\"status\":\"401\"}", 1);

        assertThat(ids(caller)).anyMatch(id -> id.startsWith("sim-"));
        assertThat(listed()).isEqualTo(before + 2);
    }

    @Test
    void a_service_watches_for_shutdowns() {
        assertThat(api.api().bean(Retirements.class).isRunning()).isTrue();
    }

    @Test
    void a_model_says_until_when_it_is_served_and_one_that_nobody_serves_any_more_is_not_listed() {
        assertThat(caller.get("/v1/models/leaving").json().path("shutdown_date").asString())
                .isEqualTo("2199-12-31");
        assertThat(caller.get("/v1/models/of-ours").json().path("shutdown_date").isNull())
                .isTrue();
        assertThat(ids(caller)).doesNotContain("gone");
    }

    @ParameterizedTest
    @ValueSource(strings = {"vendor%2Fof-ours", "vendor%2fof-ours", "vendor/of-ours"})
    void a_name_with_a_slash_is_found_however_it_is_written(String written) {
        var answer = caller.get("/v1/models/" + written);

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().path("id").asString()).isEqualTo("vendor/of-ours");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1%2Fmodels", "/v1/jobs%2F..%2Fmodels", "/livez%2F..%2Fv1/models"})
    void an_encoded_slash_parts_nothing_elsewhere(String path) {
        assertThat(caller.get(path).status()).isEqualTo(404);
        assertThat(api.api().anybody().get(path).status()).isEqualTo(401);
    }

    @Test
    void a_model_that_nobody_lists_is_a_404_that_names_the_parameter() {
        var answer = caller.get("/v1/models/nobody-has-this");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.code()).isEqualTo("model_not_found");
        assertThat(answer.param()).isEqualTo("model");
    }

    @Test
    void a_name_without_a_route_goes_to_the_catch_all_unchanged() {
        var answer = caller.post(
                dev.millrace.api.fixture.Chats.PATH, dev.millrace.api.fixture.Chats.of("sim-chat~tokens=2"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("x-millrace-provider")).hasValue("gateway");
        assertThat(answer.json().path("model").asString()).isEqualTo("sim-chat~tokens=2");
    }

    @Test
    void nobody_without_a_key_sees_the_list() {
        assertThat(api.api().anybody().get("/v1/models").status()).isEqualTo(401);
    }
}
