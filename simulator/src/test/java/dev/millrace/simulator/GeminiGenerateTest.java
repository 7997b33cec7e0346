package dev.millrace.simulator;

import static dev.millrace.simulator.GeminiClient.TOOLS;
import static dev.millrace.simulator.GeminiClient.contents;
import static dev.millrace.simulator.GeminiClient.finish;
import static dev.millrace.simulator.GeminiClient.json;
import static dev.millrace.simulator.GeminiClient.part;
import static dev.millrace.simulator.GeminiClient.turn;
import static dev.millrace.simulator.GeminiClient.with;
import static dev.millrace.simulator.SimulatorFixture.freshProvider;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class GeminiGenerateTest {

    private static final SimulatorFixture SIMULATOR = new SimulatorFixture();

    private final String provider = freshProvider();
    private final GeminiClient client = new GeminiClient(SIMULATOR, provider);

    @AfterAll
    static void stop() {
        SIMULATOR.close();
    }

    /// The conversation so far, the model's answer, and a response to each of its calls.
    private static ObjectNode withResponses(ObjectNode body, JsonNode answer) {
        turn(body, "model").addAll((ArrayNode) answer.at("/candidates/0/content/parts"));
        ArrayNode responses = turn(body, "user");
        for (JsonNode part : answer.at("/candidates/0/content/parts")) {
            if (part.has("functionCall")) {
                ObjectNode response = responses.addObject().putObject("functionResponse");
                response.put("name", part.at("/functionCall/name").asString(""));
                response.putObject("response").put("output", "sunny");
            }
        }
        return body;
    }

    @Test
    void content_echoes_the_last_user_turn_and_counts_its_tokens() throws Exception {
        HttpResponse<String> response = client.ask("sim-chat", contents("How are you?"));
        JsonNode answer = json(response.body());

        assertThat(part(answer, 0).path("text").asString("")).isEqualTo("Echo: How are you?");
        assertThat(answer.at("/candidates/0/content/role").asString("")).isEqualTo("model");
        assertThat(finish(answer)).isEqualTo("STOP");
        assertThat(answer.path("modelVersion").asString("")).isEqualTo("sim-chat");
        assertThat(answer.path("responseId").asString("")).isNotEmpty();
        assertThat(answer.at("/usageMetadata/candidatesTokenCount").asInt()).isEqualTo(4);
        assertThat(response.headers().map()).doesNotContainKeys("x-request-id", "request-id");
        assertThat(SIMULATOR.ledger(provider)).singleElement().satisfies(entry -> {
            assertThat(entry.path("format").asString("")).isEqualTo("gemini");
            assertThat(entry.path("operation").asString("")).isEqualTo("chat");
            assertThat(entry.path("model").asString("")).isEqualTo("sim-chat");
            assertThat(entry.path("prompt").asString("")).isEqualTo("How are you?");
            assertThat(entry.toString()).doesNotContain(SimulatorFixture.KEY);
        });
    }

    @Test
    void what_is_zero_is_left_out() throws Exception {
        JsonNode answer = client.answer("sim-chat~empty", contents("hi"));

        assertThat(answer.at("/candidates/0").has("index")).isFalse();
        assertThat(answer.at("/candidates/0/content").has("parts")).isFalse();
        assertThat(answer.path("usageMetadata").has("candidatesTokenCount")).isFalse();
    }

    @Test
    void cached_tokens_are_part_of_the_prompt_and_thoughts_are_no_part_of_the_answer() throws Exception {
        JsonNode plain = client.answer("sim-chat", contents("hi")).path("usageMetadata");
        JsonNode cached =
                client.answer("sim-chat~cached=70~thoughts=5", contents("hi")).path("usageMetadata");

        assertThat(cached.path("promptTokenCount").asInt())
                .isEqualTo(plain.path("promptTokenCount").asInt() + 70);
        assertThat(cached.path("cachedContentTokenCount").asInt()).isEqualTo(70);
        assertThat(cached.path("candidatesTokenCount")).isEqualTo(plain.path("candidatesTokenCount"));
        assertThat(cached.path("thoughtsTokenCount").asInt()).isEqualTo(5);
        assertThat(cached.path("totalTokenCount").asInt())
                .isEqualTo(plain.path("totalTokenCount").asInt() + 75);
    }

    @Test
    void both_versions_both_spellings_and_both_places_of_the_key_will_do() throws Exception {
        String snake = """
                {"system_instruction":{"role":"user","parts":[{"text":"Be brief."}]},
                 "contents":[{"role":"user","parts":[{"text":"hi"},{"inline_data":{"mime_type":"image/png","data":"AAAA"}}]}],
                 "generation_config":{"max_output_tokens":1,"thinkingConfig":{"thinking_budget":0}}}""";

        HttpResponse<String> answer = client.send("/v1/models/sim-chat:generateContent?key=AIza-012345678", snake);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(finish(json(answer.body()))).isEqualTo("MAX_TOKENS");
        assertThat(SIMULATOR.ledger(provider).getFirst().toString()).doesNotContain("AIza-012345678");
    }

    @Test
    void a_required_function_is_called_signed_and_its_response_is_taken() throws Exception {
        ObjectNode body = with(
                with(contents("weather?"), "tools", TOOLS),
                "toolConfig",
                "{\"functionCallingConfig\":{\"mode\":\"ANY\"}}");
        JsonNode answer = client.answer("sim-chat", body);

        assertThat(finish(answer)).as("a call has no finish reason of its own").isEqualTo("STOP");
        assertThat(part(answer, 0).at("/functionCall/name").asString("")).isEqualTo("get_weather");
        assertThat(part(answer, 0).at("/functionCall/args/city").isString()).isTrue();
        assertThat(part(answer, 0).at("/functionCall/id").asString("")).isNotEmpty();
        assertThat(part(answer, 0).path("thoughtSignature").asString("")).isNotEmpty();
        assertThat(part(client.answer("sim-chat", withResponses(body, answer)), 0)
                        .has("text"))
                .isTrue();
    }

    @Test
    void parallel_calls_are_signed_once() throws Exception {
        JsonNode answer = client.answer("sim-chat~calls=2", with(contents("weather?"), "tools", TOOLS));

        assertThat(answer.at("/candidates/0/content/parts"))
                .extracting(call -> call.at("/functionCall/name").asString("") + " " + call.has("thoughtSignature"))
                .containsExactly("get_weather true", "get_time false");
    }

    @Test
    void older_models_neither_sign_nor_number_their_calls() throws Exception {
        JsonNode answer = client.answer("gemini-2.5-flash~tool", with(contents("weather?"), "tools", TOOLS));

        assertThat(part(answer, 0).has("thoughtSignature")).isFalse();
        assertThat(part(answer, 0).path("functionCall").has("id")).isFalse();
    }

    @Test
    void a_signature_must_come_back_unchanged_in_its_part() throws Exception {
        ObjectNode body = with(contents("weather?"), "tools", TOOLS);
        JsonNode answer = client.answer("sim-chat~tool", body);

        JsonNode changed = answer.deepCopy();
        ((ObjectNode) part(changed, 0)).put("thoughtSignature", "AAAA");
        assertThat(client.refusal("sim-chat", withResponses(body.deepCopy(), changed)))
                .contains("Corrupted thought signature");

        JsonNode without = answer.deepCopy();
        ((ObjectNode) part(without, 0)).remove("thoughtSignature");
        assertThat(client.refusal("sim-chat", withResponses(body.deepCopy(), without)))
                .contains("missing a thought_signature");
    }

    @ParameterizedTest
    @ValueSource(strings = {"skip_thought_signature_validator", "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I="})
    void history_of_another_model_passes_with_the_known_dummy_signature(String dummy) throws Exception {
        ObjectNode body = contents("weather?");
        ObjectNode call = turn(body, "model").addObject();
        call.putObject("functionCall").put("name", "f").putObject("args");
        call.put("thoughtSignature", dummy);
        turn(body, "user")
                .addObject()
                .putObject("functionResponse")
                .put("name", "f")
                .putObject("response")
                .put("output", "x");

        assertThat(client.ask("sim-chat", body).statusCode()).isEqualTo(200);
    }

    @Test
    void signatures_of_earlier_turns_are_not_asked_for() throws Exception {
        ObjectNode body = contents("weather?");
        turn(body, "model").addObject().putObject("functionCall").put("name", "f");
        turn(body, "user")
                .addObject()
                .putObject("functionResponse")
                .put("name", "f")
                .putObject("response");
        turn(body, "model").addObject().put("text", "sunny");
        turn(body, "user").addObject().put("text", "thanks");

        assertThat(client.ask("sim-chat", body).statusCode()).isEqualTo(200);
    }

    @Test
    void thoughts_are_shown_where_they_are_wanted() throws Exception {
        JsonNode answer = client.answer(
                "sim-chat",
                with(contents("hi"), "generationConfig", "{\"thinkingConfig\":{\"includeThoughts\":true}}"));

        assertThat(part(answer, 0).path("thought").asBoolean()).isTrue();
        assertThat(part(answer, 1).path("text").asString("")).isEqualTo("Echo: hi");
        assertThat(part(answer, 1).path("thoughtSignature").asString("")).isNotEmpty();
    }

    @Test
    void a_structured_answer_fits_its_schema() throws Exception {
        JsonNode answer = client.answer("sim-chat", with(contents("hi"), "generationConfig", """
                {"responseMimeType":"application/json","responseJsonSchema":
                {"type":"object","properties":{"degrees":{"type":"integer"}},"required":["degrees"]}}"""));

        assertThat(json(part(answer, 0).path("text").asString(""))
                        .path("degrees")
                        .isIntegralNumber())
                .isTrue();
    }

    @Test
    void a_prompt_is_blocked_without_a_candidate_and_an_answer_within_one() throws Exception {
        JsonNode prompt = client.answer("sim-chat~block=PROHIBITED_CONTENT", contents("hi"));
        assertThat(prompt.has("candidates")).isFalse();
        assertThat(prompt.at("/promptFeedback/blockReason").asString("")).isEqualTo("PROHIBITED_CONTENT");

        JsonNode answer = client.answer("sim-chat~empty~finish=SAFETY", contents("hi"));
        assertThat(finish(answer)).isEqualTo("SAFETY");
        assertThat(answer.at("/candidates/0/safetyRatings/0/blocked").asBoolean())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "contents | [] | contents is not specified",
                "messages | [] | Unknown name \"messages\"",
                "temperature | 1 | Unknown name \"temperature\"",
                "generationConfig | {\"temperature\":3} | temperature",
                "generationConfig | {\"maxTokens\":3} | Unknown name \"maxTokens\" at 'generation_config'",
                "generationConfig | {\"stopSequences\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\"]} | stop_sequences",
                "generationConfig | {\"responseJsonSchema\":{\"type\":\"object\"}} | response mime type",
                "generationConfig | {\"thinkingConfig\":{\"thinkingBudget\":0,\"thinkingLevel\":\"LOW\"}} | only one",
                "tools | [{\"functionDeclarations\":[{\"name\":\"1st\"}]}] | Invalid function name",
                "tools | [{\"functionDeclarations\":[{\"name\":\"f\"},{\"name\":\"f\"}]}] | Duplicate function",
                "toolConfig | {\"functionCallingConfig\":{\"mode\":\"required\"}} | mode",
                "contents | [{\"role\":\"assistant\",\"parts\":[{\"text\":\"x\"}]}] | valid role",
                "contents | [{\"role\":\"model\",\"parts\":[{\"text\":\"x\"}]}] | end with a user role",
                "contents | [{\"role\":\"user\",\"parts\":[{}]}] | must have one initialized field",
                "contents | [{\"role\":\"user\",\"parts\":[{\"inlineData\":{\"mimeType\":\"image/png\","
                        + "\"data\":\"data:image/png;base64,AAAA\"}}]}] | Base64 decoding failed",
                "contents | [{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"name\":\"f\",\"response\":\"x\"}}]}]"
                        + " | function_response.response"
            })
    void a_request_that_is_not_allowed_is_refused_and_the_fault_is_named(String field, String value, String message)
            throws Exception {
        assertThat(client.refusal("sim-chat", with(contents("hi"), field, value)))
                .contains(message);
    }

    @Test
    void a_wrong_key_is_a_400_with_its_reason_and_no_key_a_403() throws Exception {
        SIMULATOR.control("PUT", "/sim/providers/" + provider, "{\"keys\":[\"sk-other-123456\"]}");

        HttpResponse<String> wrong = client.ask("sim-chat", contents("hi"));
        HttpResponse<String> none = client.send(
                GeminiClient.path("sim-chat", "generateContent"), contents("hi").toString());

        assertThat(wrong.statusCode()).isEqualTo(400);
        assertThat(json(wrong.body()).at("/error/details/0/reason").asString(""))
                .isEqualTo("API_KEY_INVALID");
        assertThat(none.statusCode()).isEqualTo(403);
        assertThat(json(none.body()).at("/error/status").asString("")).isEqualTo("PERMISSION_DENIED");
    }

    @ParameterizedTest
    @CsvSource({
        "status=400, 400, INVALID_ARGUMENT",
        "status=401, 401, UNAUTHENTICATED",
        "status=429, 429, RESOURCE_EXHAUSTED",
        "status=500, 500, INTERNAL",
        "status=503, 503, UNAVAILABLE",
        "status=504, 504, DEADLINE_EXCEEDED",
        "error=overloaded, 503, UNAVAILABLE",
        "error=insufficient_quota, 429, RESOURCE_EXHAUSTED",
        "error=model_not_found, 404, NOT_FOUND",
        "error=region, 400, FAILED_PRECONDITION",
        "refuse=temperature, 400, INVALID_ARGUMENT",
        "nonsense, 400, INVALID_ARGUMENT"
    })
    void errors_have_googles_shape_and_words(String behaviour, int status, String word) throws Exception {
        HttpResponse<String> answer =
                client.ask("sim-chat~" + behaviour, with(contents("hi"), "generationConfig", "{\"temperature\":1}"));

        assertThat(answer.statusCode()).isEqualTo(status);
        JsonNode error = json(answer.body()).path("error");
        assertThat(error.path("code").asInt()).isEqualTo(status);
        assertThat(error.path("status").asString("")).isEqualTo(word);
        assertThat(error.path("message").asString("")).isNotEmpty();
    }

    @Test
    void a_schema_may_say_nothing_beside_a_reference() throws Exception {
        String schema = "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#/$defs/x\"%s}},"
                + "\"$defs\":{\"x\":{\"type\":\"string\"}}}";
        String config = "{\"responseMimeType\":\"application/json\",\"responseJsonSchema\":" + schema + "}";

        assertThat(client.ask("sim-chat", with(contents("hi"), "generationConfig", config.formatted("")))
                        .statusCode())
                .isEqualTo(200);
        assertThat(client.ask(
                                "sim-chat",
                                with(contents("hi"), "generationConfig", config.formatted(",\"description\":\"d\"")))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void an_exhausted_quota_says_which_and_when_to_come_back() throws Exception {
        JsonNode minute = json(client.ask("sim-chat~status=429~retry-info=1.5s", contents("hi"))
                        .body())
                .at("/error/details");
        JsonNode day = json(client.ask("sim-chat~error=insufficient_quota", contents("hi"))
                        .body())
                .at("/error/details");

        assertThat(minute.at("/0/violations/0/quotaId").asString("")).contains("PerMinute");
        assertThat(minute.at("/2/@type").asString("")).isEqualTo("type.googleapis.com/google.rpc.RetryInfo");
        assertThat(minute.at("/2/retryDelay").asString("")).isEqualTo("1.5s");
        assertThat(day.at("/0/violations/0/quotaId").asString("")).contains("PerDay");
    }

    @Test
    void tokens_are_counted_and_models_are_listed() throws Exception {
        assertThat(json(client.post(GeminiClient.path("sim-chat", "countTokens"), contents("hi"))
                                .body())
                        .path("totalTokens")
                        .asInt())
                .isPositive();
        assertThat(json(client.get("/v1beta/models").body())
                        .at("/models/0/name")
                        .asString(""))
                .isEqualTo("models/sim-chat");
        assertThat(json(client.get("/v1/models").body()).at("/models/0/name").asString(""))
                .as("under /v1 it is the key's header that tells")
                .isEqualTo("models/sim-chat");
        assertThat(json(client.get("/v1beta/models/any-name").body())
                        .path("name")
                        .asString(""))
                .isEqualTo("models/any-name");
    }

    @Test
    void an_unknown_path_gets_googles_error() throws Exception {
        HttpResponse<String> answer = client.get("/v1beta/cachedContents");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(json(answer.body()).at("/error/status").asString("")).isEqualTo("NOT_FOUND");
    }

    @Test
    void omni_answers_by_interactions_only() throws Exception {
        assertThat(client.refusal("gemini-omni-1.1-flash", contents("hi"))).contains("Interactions API");
    }
}
