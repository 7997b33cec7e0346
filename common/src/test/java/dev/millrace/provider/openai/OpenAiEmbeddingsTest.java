package dev.millrace.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.ProviderOutcome.Succeeded;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import dev.millrace.provider.Usage;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayNameGeneration(ReplaceUnderscores.class)
class OpenAiEmbeddingsTest {

    private static final String VECTOR = "{\"object\":\"embedding\",\"index\":0,\"embedding\":[0.10,-1e-7]}";

    private final OpenAiEmbeddings adapter = new OpenAiEmbeddings(Simulated.HTTP, JsonMapper.shared());
    private final Simulated simulated = new Simulated(new OpenAiFormat());

    private ProviderOutcome embed(String model, String more) {
        return adapter.embed(simulated.target(model), request("\"hello\"", more), "public", Set.of());
    }

    private static byte[] request(String input, String more) {
        return ("{\"model\":\"public\",\"input\":" + input + more + "}").getBytes(StandardCharsets.UTF_8);
    }

    private static JsonNode body(ProviderOutcome outcome) {
        assertThat(outcome).isInstanceOf(Succeeded.class);
        return Simulated.JSON.readTree(((Succeeded) outcome).answer().body());
    }

    private static Failure failure(ProviderOutcome outcome) {
        return switch (outcome) {
            case ProviderOutcome.Retryable(var failure, var _) -> failure;
            case ProviderOutcome.Terminal(var failure) -> failure;
            case ProviderOutcome.RateLimited(var failure, var wait) -> failure;
            default -> throw new AssertionError(outcome.toString());
        };
    }

    private ProviderOutcome ask(String answer, String input) {
        try (var provider = RawServer.answering(RawServer.json(answer))) {
            return adapter.embed(target(provider.uri("/v1")), request(input, ""), "public", Set.of());
        }
    }

    private static Target target(URI base) {
        return new Target("raw", base, "upstream", Simulated.KEY, Duration.ofSeconds(10), Traits.NONE);
    }

    @Test
    void an_answer_echoes_the_callers_name_and_tells_its_usage() {
        var outcome = embed("sim-embed~tag=up", "");
        assertThat(body(outcome).path("model").asString()).isEqualTo("public");
        assertThat(body(outcome).path("data").path(0).path("embedding").isArray())
                .isTrue();
        var answer = ((Succeeded) outcome).answer();
        assertThat(answer.usage().orElseThrow().prompt()).isPositive();
        assertThat(answer.usage().orElseThrow().estimated()).isFalse();
        var entry = simulated.requests("embeddings").getFirst();
        assertThat(entry.path("model").asString()).isEqualTo("sim-embed~tag=up");
        assertThat(answer.requestId()).hasValue(entry.path("request_id").asString());
    }

    @Test
    void the_encoding_and_the_dimensions_that_were_asked_for_are_those_that_come() {
        var base64 = body(embed("sim-embed", ",\"encoding_format\":\"base64\",\"dimensions\":8"));
        assertThat(base64.path("data").path(0).path("embedding").stringValue()).hasSize(44);
    }

    @Test
    void all_the_rest_of_an_answer_stays_byte_for_byte() {
        var outcome = (Succeeded) ask(
                "{ \"data\" : [" + VECTOR + "],\"model\":\"up\" ,\"usage\":{\"prompt_tokens\":3,\"x\":1},\"v\":1.50 }",
                "\"a\"");
        assertThat(new String(outcome.answer().body(), StandardCharsets.UTF_8))
                .isEqualTo("{ \"data\" : [" + VECTOR
                        + "],\"model\":\"public\" ,\"usage\":{\"prompt_tokens\":3,\"x\":1},\"v\":1.50 }");
        assertThat(outcome.answer().usage()).hasValue(new Usage(3, 0, 0, 0, false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"data\":[" + VECTOR + "]}",
                "{\"usage\":null,\"data\":[" + VECTOR + "],\"model\":7}\n",
                "{\"model\":\"up\",\"data\":[" + VECTOR + "],\"usage\":{} }",
            })
    void a_name_and_a_usage_that_are_missing_are_added_and_the_usage_marked_as_a_guess(String answer) {
        var body = body(ask(answer, "\"twelve chars\""));
        assertThat(body.path("model").asString()).isEqualTo("public");
        assertThat(body.path("usage").path("prompt_tokens").asInt()).isEqualTo(3);
        assertThat(body.path("usage").path("estimated").asBoolean()).isTrue();
        assertThat(body.path("data").size()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"\"a\", 1", "[\"a\"], 1", "[\"a\";\"b\"], 2", "[1;2;3], 1", "[[1;2];[3]], 2"})
    void each_input_has_its_vector_or_the_answer_has_failed(String input, int vectors) {
        var json = input.replace(';', ',');
        var answer = "{\"data\":[" + VECTOR + ("," + VECTOR).repeat(vectors - 1) + "],\"model\":\"up\"}";
        assertThat(ask(answer, json)).isInstanceOf(Succeeded.class);
        var less = answer.replaceFirst(java.util.regex.Pattern.quote(VECTOR) + ",?", "");
        assertThat(failure(ask(less, json)).kind()).isEqualTo("malformed_answer");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "<html>",
                "{\"data\":[{\"embedding\":null}]}",
                "{\"data\":[{\"index\":0}]}",
                "{\"data\":[7]}",
                "{\"data\":{}}",
                "{\"data\":[" + VECTOR + "]",
                "{\"data\":[" + VECTOR + "]}}",
                "{\"data\":[" + VECTOR + "],\"error\":{\"message\":\"overloaded\"}}"
            })
    void a_body_of_another_shape_has_failed(String answer) {
        assertThat(failure(ask(answer, "\"a\"")).kind()).isEqualTo("malformed_answer");
    }

    @ParameterizedTest
    @CsvSource({
        "error=invalid_api_key, invalid_key",
        "status=500,            provider_error",
        "status=429,            rate_limited",
        "status=400,            invalid_request",
        "body=html,             malformed_answer",
        "empty,                 malformed_answer",
        "hang-up,               connection_lost"
    })
    void failures_are_told_apart(String fault, String kind) {
        assertThat(failure(embed("sim-embed~" + fault, "")).kind()).isEqualTo(kind);
        assertThat(simulated.requests("embeddings")).hasSize(1);
    }

    @Test
    void what_the_model_does_not_take_is_refused_by_name() {
        var target = simulated.target("sim-embed");
        var refusing = new Target(
                target.provider(),
                target.baseUrl(),
                target.model(),
                target.key(),
                target.deadline(),
                new Traits(Set.of(), Set.of("dimensions"), Optional.empty(), 0));
        assertThat(adapter.embed(refusing, request("\"a\"", ",\"dimensions\":8"), "public", Set.of()))
                .isInstanceOfSatisfying(
                        ProviderOutcome.Unfit.class,
                        unfit -> assertThat(unfit.param()).isEqualTo("dimensions"));
        assertThat(simulated.requests("embeddings")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"public", "sim-embed"})
    void what_the_model_does_not_take_is_left_out_where_somebody_lets_it_go(String name) {
        var target = simulated.target("sim-embed");
        var refusing = new Target(
                target.provider(),
                target.baseUrl(),
                target.model(),
                target.key(),
                target.deadline(),
                new Traits(Set.of(), Set.of("dimensions", "user"), Optional.empty(), 0));
        var request = "{\"model\":\"%s\",\"input\":\"a\",\"dimensions\":8,\"user\":null}".formatted(name);

        var answer = ((ProviderOutcome.Succeeded)
                        adapter.embed(refusing, request.getBytes(StandardCharsets.UTF_8), name, Set.of("dimensions")))
                .answer();

        assertThat(answer.dropped()).containsExactly("dimensions");
        var sent = simulated.lastBody("embeddings");
        assertThat(sent.has("dimensions")).isFalse();
        assertThat(sent.has("user")).as("what asks for nothing").isFalse();
        assertThat(sent.path("input").asString()).isEqualTo("a");
    }
}
