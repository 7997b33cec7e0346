package dev.millrace.api.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.SimulatedApi;
import dev.millrace.api.passthrough.PassThroughContract;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ImagesTest extends PassThroughContract {

    private static final String PATH = "/v1/images/generations";

    private static final SimulatedApi api = setup().start();

    private static SimulatedApi.Setup setup() {
        var setup = new SimulatedApi.Setup().route(CHAT, "sim-chat");
        for (var route : new String[][] {
            {"draws", "sim-image"},
            {"lost-by-reset", "sim-image~reset=after-body"},
            {"lost-by-error", "sim-image~status=500"},
            {"lost-by-html", "sim-image~body=html"},
            {"lost-priced", "sim-image~status=500"},
            {"limited", "sim-image~status=429"},
            {"refused", "sim-image~status=400~code=content_policy_violation"}
        }) {
            setup.route(route[0], route[1], "sim-image");
            setup.set("models." + route[0] + ".kind", "image").set("models." + route[0] + "-2.kind", "image");
        }
        return setup.set("prices.table[0].of", "lost-priced")
                .set("prices.table[0].call", "2")
                .set("models.picky.deployments[0].refuses[0]", "background")
                .set("models.picky.deployments[0].refuses[1]", "user")
                .set("models.picky.chat.drop[0]", "user")
                .route("picky", "sim-image")
                .set("models.picky.kind", "image");
    }

    ImagesTest() {
        super(api, PATH, "draws", "\"prompt\":\"a cat\"");
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private Reply draw(String model) {
        return call(model, "");
    }

    @Test
    void a_picture_is_the_providers() {
        var answer = call("draws", ",\"n\":2");

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().path("data").size()).isEqualTo(2);
        assertThat(answer.json().at("/data/0/b64_json").asString()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"lost-by-reset", "lost-by-error", "lost-by-html"})
    void a_picture_whose_answer_was_lost_is_asked_of_nobody_again(String model) {
        var answer = draw(model);

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.header("x-should-retry")).hasValue("false");
        assertThat(answer.header("retry-after")).isEmpty();
        assertThat(api.received(model + "-1")).hasSize(1);
        assertThat(api.received(model + "-2")).isEmpty();
    }

    @Test
    void what_it_cost_is_not_known_and_not_nothing() {
        var lost = api.newCaller();

        var answer = lost.post(PATH, "{\"model\":\"lost-priced\",\"prompt\":\"a cat\"}");

        assertThat(answer.status()).isEqualTo(502);
        var attempt = Awaitility.await("it is on record")
                .atMost(Duration.ofSeconds(5))
                .until(
                        () -> lost.get(
                                "/v1/calls/" + answer.header("x-request-id").orElseThrow() + "/attempts"),
                        reply -> reply.status() == 200)
                .json()
                .at("/data/0");
        assertThat(attempt.path("status").asString()).isEqualTo("indeterminate");
        assertThat(attempt.path("outcome").asString()).isEqualTo("answer_lost");
        assertThat(attempt.path("cost").isNull()).isTrue();
        assertThat(lost.get("/v1/usage")
                        .json()
                        .at("/data/0/attempts_of_unknown_cost")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void a_known_rejection_moves_on() {
        var answer = draw("limited");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("x-millrace-provider")).hasValue("limited-2");
    }

    @Test
    void what_the_model_does_not_take_is_left_out_where_the_route_or_the_caller_lets_it_go() {
        var body = "{\"model\":\"picky\",\"prompt\":\"a cat\",\"background\":\"opaque\",\"user\":\"u\"}";

        var refused = caller.post(PATH, body);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.param()).isEqualTo("background");

        var answer = caller.with("x-millrace-drop-params", "background").post(PATH, body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.header("x-millrace-dropped").orElseThrow().split(", "))
                .containsExactlyInAnyOrder("background", "user");
        assertThat(api.lastBody("picky-1").propertyNames()).doesNotContain("background", "user");
    }

    @Test
    void a_refused_prompt_is_the_callers_to_mend() {
        var answer = draw("refused");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("content_policy_violation");
        assertThat(api.received("refused-2")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"model\":\"draws\"}|prompt",
                "{\"model\":\"draws\",\"prompt\":\" \"}|prompt",
                "{\"model\":\"draws\",\"prompt\":\"a cat\",\"n\":11}|n",
                "{\"model\":\"draws\",\"prompt\":\"a cat\",\"stream\":true}|stream"
            })
    void bad_input_is_a_400_that_names_the_parameter(String body, String param) {
        var answer = caller.post(PATH, body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.param()).isEqualTo(param);
    }
}
