package dev.millrace.simulator;

import static dev.millrace.simulator.AnthropicClient.json;
import static dev.millrace.simulator.AnthropicClient.message;
import static dev.millrace.simulator.SimulatorFixture.freshProvider;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class AnthropicMessagesTest {

    private static final SimulatorFixture SIMULATOR = new SimulatorFixture();
    private static final String TOOL = """
            {"name":"get_weather","input_schema":{"type":"object","properties":{"city":{"type":"string"}}}}""";

    private final String provider = freshProvider();
    private final AnthropicClient client = new AnthropicClient(SIMULATOR, provider);

    @AfterAll
    static void stop() {
        SIMULATOR.close();
    }

    private static ObjectNode withTool(ObjectNode body) {
        body.putArray("tools").add(json(TOOL));
        return body;
    }

    private static ObjectNode with(ObjectNode body, String field, String value) {
        body.set(field, json(value));
        return body;
    }

    /// The conversation so far, the model's answer, and a result for each of its calls.
    private static ObjectNode withResults(ObjectNode body, JsonNode answer) {
        ArrayNode messages = (ArrayNode) body.path("messages");
        messages.addObject().put("role", "assistant").set("content", answer.path("content"));
        ArrayNode results = messages.addObject().put("role", "user").putArray("content");
        for (JsonNode block : answer.path("content")) {
            if (block.path("type").asString("").equals("tool_use")) {
                results.addObject()
                        .put("type", "tool_result")
                        .put("tool_use_id", block.path("id").asString(""))
                        .put("content", "sunny");
            }
        }
        return body;
    }

    @Test
    void a_message_echoes_the_last_user_message_and_counts_its_tokens() throws Exception {
        HttpResponse<String> response = client.ask(message("sim-chat", "How are you?"));
        JsonNode answer = json(response.body());

        assertThat(response.headers().firstValue("request-id"))
                .hasValueSatisfying(id -> assertThat(id).startsWith("req_"));
        assertThat(answer.path("type").asString("")).isEqualTo("message");
        assertThat(answer.path("id").asString("")).startsWith("msg_");
        assertThat(answer.path("content").path(0).path("text").asString("")).isEqualTo("Echo: How are you?");
        assertThat(answer.path("stop_reason").asString("")).isEqualTo("end_turn");
        assertThat(answer.path("usage").path("output_tokens").asInt()).isEqualTo(4);
        assertThat(SIMULATOR.ledger(provider)).singleElement().satisfies(entry -> {
            assertThat(entry.path("format").asString("")).isEqualTo("anthropic");
            assertThat(entry.path("operation").asString("")).isEqualTo("chat");
            assertThat(entry.path("prompt").asString("")).isEqualTo("How are you?");
            assertThat(entry.toString()).doesNotContain(SimulatorFixture.KEY);
        });
    }

    @Test
    void cached_tokens_are_no_part_of_the_input_tokens_and_thoughts_are_part_of_the_output() throws Exception {
        JsonNode plain = client.answer(message("sim-chat", "hi")).path("usage");
        JsonNode cached = client.answer(message("sim-chat~cached=70~cache-write=9~thoughts=5", "hi"))
                .path("usage");

        assertThat(cached.path("input_tokens")).isEqualTo(plain.path("input_tokens"));
        assertThat(cached.path("cache_read_input_tokens").asInt()).isEqualTo(70);
        assertThat(cached.path("cache_creation_input_tokens").asInt()).isEqualTo(9);
        assertThat(cached.path("output_tokens").asInt())
                .isEqualTo(plain.path("output_tokens").asInt() + 5);
    }

    @ParameterizedTest
    @CsvSource({
        "sim-chat~tokens=9, 3, max_tokens, ''",
        "sim-chat~text=one STOP two, 100, stop_sequence, STOP",
        "sim-chat~finish=pause_turn, 100, pause_turn, ''"
    })
    void a_message_says_why_it_stopped(String model, int maxTokens, String reason, String sequence) throws Exception {
        JsonNode answer =
                client.answer(with(message(model, "hi").put("max_tokens", maxTokens), "stop_sequences", "[\"STOP\"]"));

        assertThat(answer.path("stop_reason").asString("")).isEqualTo(reason);
        assertThat(answer.path("stop_sequence").asString("")).isEqualTo(sequence);
    }

    @Test
    void a_refusal_is_a_200_that_says_so() throws Exception {
        JsonNode answer = client.answer(message("sim-chat~finish=refusal~empty", "hi"));

        assertThat(answer.path("content").isEmpty()).isTrue();
        assertThat(answer.path("stop_details").path("type").asString("")).isEqualTo("refusal");
    }

    @Test
    void a_required_tool_is_called_with_an_input_that_fits_its_schema_and_its_result_is_taken() throws Exception {
        ObjectNode body = with(withTool(message("sim-chat", "weather?")), "tool_choice", "{\"type\":\"any\"}");
        JsonNode answer = client.answer(body);

        assertThat(answer.path("stop_reason").asString("")).isEqualTo("tool_use");
        assertThat(answer.path("content").path(0).path("input").path("city").isString())
                .isTrue();
        assertThat(client.answer(withResults(body, answer)).path("stop_reason").asString(""))
                .isEqualTo("end_turn");
    }

    @Test
    void several_tools_are_called_at_once_unless_that_is_forbidden() throws Exception {
        ObjectNode body = withTool(message("sim-chat~calls=2~text=Let me look.", "weather?"));

        assertThat(client.answer(body).path("content"))
                .extracting(block -> block.path("type").asString(""))
                .containsExactly("text", "tool_use", "tool_use");
        assertThat(client.answer(with(body, "tool_choice", "{\"type\":\"auto\",\"disable_parallel_tool_use\":true}"))
                        .path("content")
                        .size())
                .isEqualTo(2);
    }

    @Test
    void a_thought_comes_first_and_is_signed_and_must_come_back_unchanged_with_a_tool_result() throws Exception {
        ObjectNode body = with(
                withTool(message("sim-chat~tool", "weather?")),
                "thinking",
                "{\"type\":\"enabled\",\"budget_tokens\":1024}");
        JsonNode answer = client.answer(body);

        assertThat(answer.path("content").path(0).path("type").asString("")).isEqualTo("thinking");
        assertThat(answer.path("content").path(0).path("signature").asString(""))
                .isNotEmpty();
        assertThat(client.answer(withResults(body.deepCopy(), answer))
                        .path("type")
                        .asString(""))
                .isEqualTo("message");

        JsonNode changed = answer.deepCopy();
        ((ObjectNode) changed.path("content").path(0)).put("thinking", "something else");
        assertThat(client.refusal(withResults(body.deepCopy(), changed))).contains("Invalid `signature`");

        JsonNode without = answer.deepCopy();
        ((ArrayNode) without.path("content")).remove(0);
        assertThat(client.refusal(withResults(body.deepCopy(), without))).contains("must start with a thinking block");
    }

    @Test
    void a_structured_answer_fits_its_schema() throws Exception {
        JsonNode answer = client.answer(with(message("sim-chat", "hi"), "output_config", """
                {"format":{"type":"json_schema","schema":{"type":"object","additionalProperties":false,
                "properties":{"degrees":{"type":"integer"}},"required":["degrees"]}}}"""));

        assertThat(json(answer.path("content").path(0).path("text").asString(""))
                        .path("degrees")
                        .isIntegralNumber())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "max_tokens | null | max_tokens",
                "temperature | 1.5 | temperature",
                "frequency_penalty | 1 | frequency_penalty: Extra inputs are not permitted",
                "stop_sequences | [\" \"] | stop_sequences",
                "tool_choice | {\"type\":\"auto\"} | tool_choice: may only be specified while providing tools",
                "tools | [{\"name\":\"f\"}] | input_schema: Field required",
                "thinking | {\"type\":\"enabled\",\"budget_tokens\":1024} | `max_tokens` must be greater",
                "output_config | {\"format\":{\"type\":\"json_schema\",\"schema\":{\"type\":\"object\"}}}"
                        + " | 'additionalProperties' must be explicitly set to false",
                "messages | [] | at least one message",
                "messages | [{\"role\":\"system\",\"content\":\"x\"}] | Unexpected role \"system\"",
                "messages | [{\"role\":\"assistant\",\"content\":\"x\"}] | first message must use the \"user\" role",
                "messages | [{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"\"}]}] | must be non-empty",
                "messages | [{\"role\":\"user\",\"content\":[{\"type\":\"image\",\"source\":{\"type\":\"base64\","
                        + "\"media_type\":\"image/jpg\",\"data\":\"AAAA\"}}]}] | media_type",
                "messages | [{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t\"}]}]"
                        + " | unexpected `tool_use_id`",
                "messages | [{\"role\":\"user\",\"content\":\"x\"},{\"role\":\"assistant\",\"content\":"
                        + "[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{}}]},"
                        + "{\"role\":\"user\",\"content\":\"y\"}] | without `tool_result` blocks immediately after: t"
            })
    void a_request_that_is_not_allowed_is_refused_and_the_fault_is_named(String field, String value, String message)
            throws Exception {
        ObjectNode body = with(message("sim-chat", "hi").put("max_tokens", 1024), field, value);

        assertThat(client.refusal(body)).contains(message);
    }

    @Test
    void the_new_version_has_no_sampling_parameters() throws Exception {
        ObjectNode body = message("sim-chat", "hi").put("temperature", 1);

        assertThat(client.ask(body).statusCode()).isEqualTo(200);
        assertThat(client.askNewVersion(body).statusCode()).isEqualTo(400);
        assertThat(client.askNewVersion(message("sim-chat", "hi")).statusCode()).isEqualTo(200);
    }

    @Test
    void the_version_is_required() throws Exception {
        HttpResponse<String> answer =
                client.send("/v1/messages", message("sim-chat", "hi").toString(), "x-api-key", SimulatorFixture.KEY);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("anthropic-version: header is required");
    }

    @Test
    void a_key_that_is_not_taken_and_no_key_at_all_are_refused() throws Exception {
        SIMULATOR.control("PUT", "/sim/providers/" + provider, "{\"keys\":[\"sk-other-123456\"]}");

        assertThat(client.ask(message("sim-chat", "hi")).statusCode()).isEqualTo(401);
        HttpResponse<String> none =
                client.send("/v1/messages", message("sim-chat", "hi").toString(), "anthropic-version", "2023-06-01");
        assertThat(json(none.body()).path("error").path("type").asString("")).isEqualTo("authentication_error");
    }

    @ParameterizedTest
    @CsvSource({
        "status=529, 529, overloaded_error",
        "error=overloaded, 529, overloaded_error",
        "status=500, 500, api_error",
        "status=504, 504, timeout_error",
        "status=429~retry-after=7, 429, rate_limit_error",
        "error=insufficient_quota, 400, invalid_request_error",
        "error=billing_error, 402, billing_error",
        "error=model_not_found, 404, not_found_error",
        "error=context_length_exceeded, 400, invalid_request_error",
        "refuse=max_tokens, 400, invalid_request_error",
        "nonsense, 400, invalid_request_error"
    })
    void errors_have_anthropics_shape_and_types(String behaviour, int status, String type) throws Exception {
        HttpResponse<String> answer = client.ask(message("sim-chat~" + behaviour, "hi"));

        assertThat(answer.statusCode()).isEqualTo(status);
        JsonNode body = json(answer.body());
        assertThat(body.path("type").asString("")).isEqualTo("error");
        assertThat(body.path("error").path("type").asString("")).isEqualTo(type);
        assertThat(body.path("error").path("message").asString("")).isNotEmpty();
        assertThat(answer.headers().firstValue("request-id"))
                .contains(body.path("request_id").asString(""));
        assertThat(answer.headers().firstValue("retry-after").orElse(""))
                .isEqualTo(behaviour.contains("retry-after") ? "7" : "");
    }

    @Test
    void faults_from_outside_and_200s_that_are_none_work_here_too() throws Exception {
        SIMULATOR.behave(provider, "chat", "other", Map.of("body", "html"));

        assertThat(client.ask(message("other", "hi")).body()).startsWith("<html>");
        HttpResponse<String> error = client.ask(message("sim-chat~body=error~error=overloaded", "hi"));
        assertThat(error.statusCode()).isEqualTo(200);
        assertThat(error.body()).contains("overloaded_error");
        assertThat(List.of(1, 2, 3, 4))
                .extracting(_ -> client.ask(message("sim-chat~status=500~flap=1/1", "hi"))
                        .statusCode())
                .containsExactly(500, 200, 500, 200);
    }

    @Test
    void tokens_are_counted_and_models_are_listed() throws Exception {
        String[] headers = {"x-api-key", SimulatorFixture.KEY, "anthropic-version", "2023-06-01"};
        ObjectNode body = message("sim-chat", "hi");
        body.remove("max_tokens");

        assertThat(json(client.send("/v1/messages/count_tokens", body.toString(), headers)
                                .body())
                        .path("input_tokens")
                        .asInt())
                .isPositive();
        JsonNode models = json(client.send("/v1/models", "", headers).body());
        assertThat(models.path("first_id").asString("")).isEqualTo("sim-chat");
        assertThat(json(client.send("/v1/models/any-name", "", headers).body())
                        .path("id")
                        .asString(""))
                .isEqualTo("any-name");
    }
}
