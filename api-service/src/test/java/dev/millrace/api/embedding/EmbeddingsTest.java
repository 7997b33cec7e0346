package dev.millrace.api.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.Reply;
import dev.millrace.api.fixture.SimulatedApi;
import dev.millrace.api.kept.KeptRecords;
import dev.millrace.api.passthrough.PassThroughContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class EmbeddingsTest extends PassThroughContract {

    private static final String PATH = "/v1/embeddings";

    private static final SimulatedApi api = new SimulatedApi.Setup()
            .route("vectors", "sim-embed")
            .set("models.vectors.kind", "embedding")
            .route("shaky", "sim-embed~status=503", "sim-embed")
            .set("models.shaky.kind", "embedding")
            .set("models.shaky-2.kind", "embedding")
            .route("picky", "sim-embed")
            .set("models.picky.kind", "embedding")
            .set("models.picky.deployments[0].refuses[0]", "dimensions")
            .set("models.picky.deployments[0].refuses[1]", "user")
            .set("models.picky.chat.drop[0]", "user")
            .route(CHAT, "sim-chat")
            .start();

    EmbeddingsTest() {
        super(api, PATH, "vectors", "\"input\":\"x\"");
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private Reply embed(String model, String input) {
        return embed(model, input, "");
    }

    private Reply embed(String model, String input, String more) {
        return caller.post(PATH, "{\"model\":\"%s\",\"input\":%s%s}".formatted(model, input, more));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"\"a text\"|1", "[\"one\",\"two\"]|2", "[1,2,3]|1", "[[1,2],[3]]|2"})
    void every_form_of_input_is_passed_through(String input, int vectors) {
        var answer = embed("vectors", input);

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().path("data").size()).isEqualTo(vectors);
        assertThat(answer.json().path("model").asString()).isEqualTo("vectors");
    }

    @Test
    void base64_is_answered_to_who_asks_for_it() {
        assertThat(embed("vectors", "\"x\"", ",\"encoding_format\":\"base64\"")
                        .json()
                        .at("/data/0/embedding")
                        .isString())
                .isTrue();
    }

    @Test
    void a_providers_failure_is_answered_by_the_next_deployment_and_the_usage_is_on_record() {
        var answer = embed("shaky", "\"x\"");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("x-millrace-attempts")).hasValue("2");
        var records = api.api().bean(KeptRecords.class).of("shaky");
        assertThat(records).hasSize(2);
        assertThat(records.getLast().usage().orElseThrow().prompt()).isPositive();
    }

    @Test
    void what_the_model_does_not_take_is_left_out_where_the_route_or_the_caller_lets_it_go() {
        var body = "{\"model\":\"picky\",\"input\":\"x\",\"dimensions\":8,\"user\":\"u\"}";

        var refused = caller.post(PATH, body);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo("unsupported_parameter");
        assertThat(refused.param()).isEqualTo("dimensions");

        var answer = caller.with("x-millrace-drop-params", "dimensions").post(PATH, body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.header("x-millrace-dropped").orElseThrow().split(", "))
                .containsExactlyInAnyOrder("dimensions", "user");
        assertThat(api.lastBody("picky-1").propertyNames()).doesNotContain("dimensions", "user");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"\"", "[]", "[\"\"]", "{}", "7", "[\"a\",1]", "[[]]", "[[\"a\"]]", "[1.5]"})
    void input_that_is_none_is_a_400_that_names_it(String input) {
        var answer = embed("vectors", input);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.param()).isEqualTo("input");
    }

    @Test
    void more_than_2048_texts_are_refused() {
        assertThat(embed("vectors", "[" + "\"x\",".repeat(2_048) + "\"x\"]").param())
                .isEqualTo("input");
        assertThat(embed("vectors", "[" + "\"x\",".repeat(2_047) + "\"x\"]").status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {",\"encoding_format\":\"hex\"|encoding_format", ",\"dimensions\":0|dimensions"})
    void a_wrong_parameter_is_refused_by_name(String more, String param) {
        assertThat(embed("vectors", "\"x\"", more).param()).isEqualTo(param);
    }
}
