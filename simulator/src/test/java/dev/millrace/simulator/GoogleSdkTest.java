package dev.millrace.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.genai.Client;
import com.google.genai.ResponseStream;
import com.google.genai.errors.ApiException;
import com.google.genai.errors.ClientException;
import com.google.genai.errors.ServerException;
import com.google.genai.types.Content;
import com.google.genai.types.FinishReason;
import com.google.genai.types.FunctionCall;
import com.google.genai.types.FunctionCallingConfig;
import com.google.genai.types.FunctionDeclaration;
import com.google.genai.types.FunctionResponse;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.HttpRetryOptions;
import com.google.genai.types.ListModelsConfig;
import com.google.genai.types.Part;
import com.google.genai.types.Schema;
import com.google.genai.types.ThinkingConfig;
import com.google.genai.types.Tool;
import com.google.genai.types.ToolConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Google's own SDK as the judge of what the simulator says in its name.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class GoogleSdkTest {

    private static final SimulatorFixture SIMULATOR = new SimulatorFixture();

    private static final Client CLIENT = Client.builder()
            .apiKey(SimulatorFixture.KEY)
            .httpOptions(HttpOptions.builder()
                    .baseUrl(SIMULATOR.server.providerUrl("sdk"))
                    .retryOptions(HttpRetryOptions.builder().attempts(1).build())
                    .build())
            .build();

    private static final GenerateContentConfig PLAIN = GenerateContentConfig.builder()
            .systemInstruction(Content.fromParts(Part.fromText("You are terse.")))
            .build();

    @AfterAll
    static void stop() {
        CLIENT.close();
        SIMULATOR.close();
    }

    private static GenerateContentResponse ask(String model, GenerateContentConfig config) {
        return CLIENT.models.generateContent(model, "How are you?", config);
    }

    private static List<GenerateContentResponse> streamed(String model, GenerateContentConfig config) {
        List<GenerateContentResponse> chunks = new ArrayList<>();
        try (ResponseStream<GenerateContentResponse> stream =
                CLIENT.models.generateContentStream(model, "How are you?", config)) {
            stream.forEach(chunks::add);
        }
        return chunks;
    }

    private static List<Part> partsOf(GenerateContentResponse response) {
        return response.candidates()
                .flatMap(candidates -> candidates.getFirst().content())
                .flatMap(Content::parts)
                .orElse(List.of());
    }

    private static GenerateContentConfig.Builder withTool(String mode) {
        return GenerateContentConfig.builder()
                .tools(Tool.builder()
                        .functionDeclarations(FunctionDeclaration.builder()
                                .name("get_weather")
                                .parametersJsonSchema(Map.of(
                                        "type", "object", "properties", Map.of("city", Map.of("type", "string"))))
                                .build())
                        .build())
                .toolConfig(ToolConfig.builder()
                        .functionCallingConfig(
                                FunctionCallingConfig.builder().mode(mode).build())
                        .build());
    }

    @Test
    void a_plain_answer_is_read_by_the_sdk() {
        GenerateContentResponse answer = ask("sim-chat", PLAIN);

        assertThat(answer.text()).isEqualTo("Echo: How are you?");
        assertThat(answer.finishReason().knownEnum()).isEqualTo(FinishReason.Known.STOP);
        assertThat(answer.modelVersion()).contains("sim-chat");
        assertThat(answer.responseId()).isPresent();
        assertThat(answer.usageMetadata()).hasValueSatisfying(usage -> {
            assertThat(usage.candidatesTokenCount()).contains(4);
            assertThat(usage.promptTokenCount())
                    .hasValueSatisfying(count -> assertThat(count).isPositive());
        });
    }

    @Test
    void a_stream_says_the_same_as_a_plain_answer() {
        List<GenerateContentResponse> chunks = streamed("sim-chat", PLAIN);

        StringBuilder text = new StringBuilder();
        chunks.forEach(chunk -> text.append(chunk.text()));
        assertThat(text.toString()).isEqualTo("Echo: How are you?");
        assertThat(chunks).hasSizeGreaterThan(2);
        assertThat(chunks.getLast().finishReason().knownEnum()).isEqualTo(FinishReason.Known.STOP);
    }

    @Test
    void a_thought_is_told_from_the_answer() {
        GenerateContentResponse answer = ask(
                "sim-chat~thoughts=5",
                GenerateContentConfig.builder()
                        .thinkingConfig(
                                ThinkingConfig.builder().includeThoughts(true).build())
                        .build());

        assertThat(partsOf(answer).getFirst().thought()).contains(true);
        assertThat(answer.text()).isEqualTo("Echo: How are you?");
    }

    @Test
    void a_function_is_called_and_its_result_is_taken_with_the_signature_that_came() {
        GenerateContentConfig required = withTool("ANY").build();
        List<GenerateContentResponse> answers = List.of(
                ask("sim-chat", required), streamed("sim-chat", required).getFirst());
        for (GenerateContentResponse answer : answers) {
            Part part = partsOf(answer).getFirst();
            FunctionCall call = part.functionCall().orElseThrow();
            assertThat(call.name()).contains("get_weather");
            assertThat(call.args()).hasValueSatisfying(args -> assertThat(args).containsKey("city"));
            assertThat(part.thoughtSignature()).isPresent();

            GenerateContentResponse end = CLIENT.models.generateContent(
                    "sim-chat", conversation(part, call), withTool("AUTO").build());
            assertThat(end.finishReason().knownEnum()).isEqualTo(FinishReason.Known.STOP);
        }
    }

    @Test
    void a_function_call_that_comes_back_without_its_signature_is_refused() {
        GenerateContentResponse answer = ask("sim-chat", withTool("ANY").build());
        FunctionCall call = partsOf(answer).getFirst().functionCall().orElseThrow();
        List<Content> unsigned = conversation(Part.builder().functionCall(call).build(), call);
        GenerateContentConfig config = withTool("AUTO").build();

        assertThatThrownBy(() -> CLIENT.models.generateContent("sim-chat", unsigned, config))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("thought_signature");
    }

    private static List<Content> conversation(Part part, FunctionCall call) {
        FunctionResponse response = FunctionResponse.builder()
                .id(call.id().orElseThrow())
                .name(call.name().orElseThrow())
                .response(Map.of("output", "sunny"))
                .build();
        return List.of(
                Content.builder()
                        .role("user")
                        .parts(Part.fromText("How are you?"))
                        .build(),
                Content.builder().role("model").parts(part).build(),
                Content.builder()
                        .role("user")
                        .parts(Part.builder().functionResponse(response).build())
                        .build());
    }

    @Test
    void a_picture_is_taken() {
        GenerateContentResponse answer = CLIENT.models.generateContent(
                "sim-chat",
                Content.fromParts(Part.fromBytes(new byte[] {1, 2, 3}, "image/png"), Part.fromText("What is this?")),
                PLAIN);

        assertThat(answer.text()).isEqualTo("Echo: What is this?");
        JsonNode picture = SIMULATOR.lastBody("sdk").at("/contents/0/parts/0/inlineData");
        assertThat(picture.path("mimeType").asString("")).isEqualTo("image/png");
        assertThat(picture.path("data").asString("")).isEqualTo("AQID");
    }

    @Test
    void an_answer_in_a_schema_fits_it_plain_and_streamed_in_either_way_to_write_one() {
        GenerateContentConfig jsonSchema = GenerateContentConfig.builder()
                .responseMimeType("application/json")
                .responseJsonSchema(Map.of(
                        "type",
                        "object",
                        "properties",
                        Map.of("city", Map.of("type", "string"), "degrees", Map.of("type", "integer")),
                        "required",
                        List.of("city", "degrees")))
                .build();
        GenerateContentConfig ownSchema = GenerateContentConfig.builder()
                .responseMimeType("application/json")
                .responseSchema(Schema.builder()
                        .type("OBJECT")
                        .properties(Map.of(
                                "city", Schema.builder().type("STRING").build(),
                                "degrees", Schema.builder().type("INTEGER").build()))
                        .required("city", "degrees")
                        .build())
                .build();
        for (GenerateContentConfig config : List.of(jsonSchema, ownSchema)) {
            StringBuilder streamed = new StringBuilder();
            streamed("sim-chat", config).forEach(chunk -> streamed.append(chunk.text()));
            for (String text : List.of(String.valueOf(ask("sim-chat", config).text()), streamed.toString())) {
                JsonNode forecast = SimulatorFixture.JSON.readTree(text);
                assertThat(forecast.path("city").isString()).as(text).isTrue();
                assertThat(forecast.path("degrees").isIntegralNumber()).as(text).isTrue();
            }
        }
    }

    @Test
    void a_blocked_prompt_has_no_candidate_and_says_why() {
        GenerateContentResponse answer = ask("sim-chat~block=SAFETY", PLAIN);

        assertThat(answer.candidates().flatMap(candidates -> candidates.stream().findFirst()))
                .isEmpty();
        assertThat(answer.promptFeedback()
                        .flatMap(feedback -> feedback.blockReason())
                        .map(Object::toString))
                .isEqualTo(Optional.of("SAFETY"));
    }

    @ParameterizedTest
    @CsvSource({
        "error=invalid_api_key,         400, INVALID_ARGUMENT",
        "error=context_length_exceeded, 400, INVALID_ARGUMENT",
        "error=region,                  400, FAILED_PRECONDITION",
        "status=403,                    403, PERMISSION_DENIED",
        "error=model_not_found,         404, NOT_FOUND",
        "status=429~retry-info=1.5s,    429, RESOURCE_EXHAUSTED",
        "error=insufficient_quota,      429, RESOURCE_EXHAUSTED",
        "status=500,                    500, INTERNAL",
        "error=overloaded,              503, UNAVAILABLE",
        "status=504,                    504, DEADLINE_EXCEEDED"
    })
    void errors_are_the_sdks_own_with_status_and_word(String fault, int status, String word) {
        Class<? extends ApiException> kind = status < 500 ? ClientException.class : ServerException.class;

        assertThatThrownBy(() -> ask("sim-chat~" + fault, PLAIN)).isInstanceOfSatisfying(kind, error -> {
            assertThat(error.code()).isEqualTo(status);
            assertThat(error.status()).isEqualTo(word);
        });
        assertThatThrownBy(() -> streamed("sim-chat~" + fault, PLAIN)).isInstanceOf(kind);
    }

    @Test
    void models_are_listed_by_their_resource_names() {
        List<String> names = new ArrayList<>();
        CLIENT.models
                .list(ListModelsConfig.builder().build())
                .forEach(model -> model.name().ifPresent(names::add));

        assertThat(names).isNotEmpty().allMatch(name -> name.startsWith("models/"));
    }
}
