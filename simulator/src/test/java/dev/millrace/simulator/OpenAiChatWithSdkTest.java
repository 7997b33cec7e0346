package dev.millrace.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.RateLimitException;
import com.openai.errors.SseException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.images.ImageGenerateParams;
import com.openai.models.models.Model;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class OpenAiChatWithSdkTest {

    private static final SimulatorFixture SIMULATOR = new SimulatorFixture();

    private static final OpenAIClient CLIENT = OpenAIOkHttpClient.builder()
            .baseUrl(SIMULATOR.server.openAiUrl("sdk"))
            .apiKey(SimulatorFixture.KEY)
            .maxRetries(0)
            .responseValidation(true)
            .build();

    /// What a structured answer must fit.
    public record Forecast(String city, int degrees, boolean sunny, List<String> warnings) {}

    @AfterAll
    static void stop() {
        CLIENT.close();
        SIMULATOR.close();
    }

    private static ChatCompletionCreateParams.Builder ask(String model) {
        return ChatCompletionCreateParams.builder()
                .model(model)
                .addSystemMessage("You are terse.")
                .addUserMessage("How are you?");
    }

    private static ChatCompletionCreateParams.Builder withTool(ChatCompletionCreateParams.Builder params) {
        return params.addTool(ChatCompletionFunctionTool.builder()
                        .function(FunctionDefinition.builder()
                                .name("get_weather")
                                .parameters(FunctionParameters.builder()
                                        .putAdditionalProperty("type", JsonValue.from("object"))
                                        .putAdditionalProperty(
                                                "properties",
                                                JsonValue.from(Map.of(
                                                        "city",
                                                        Map.of("type", "string"),
                                                        "unit",
                                                        Map.of("enum", List.of("celsius", "kelvin")))))
                                        .build())
                                .build())
                        .build())
                .toolChoice(ChatCompletionToolChoiceOption.Auto.REQUIRED);
    }

    private static ChatCompletion streamed(ChatCompletionCreateParams params) {
        ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> stream =
                CLIENT.chat().completions().createStreaming(params)) {
            stream.stream().forEach(accumulator::accumulate);
        }
        return accumulator.chatCompletion();
    }

    @Test
    void a_plain_answer_passes_the_sdks_own_validation_and_its_usage_adds_up() {
        ChatCompletion answer =
                CLIENT.chat().completions().create(ask("sim-chat").build());

        assertThat(answer.choices()).singleElement().satisfies(choice -> {
            assertThat(choice.message().content()).contains("Echo: How are you?");
            assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
        });
        assertThat(answer.model()).isEqualTo("sim-chat");
        assertThat(answer.usage()).hasValueSatisfying(usage -> {
            assertThat(usage.completionTokens()).isEqualTo(4);
            assertThat(usage.totalTokens()).isEqualTo(usage.promptTokens() + usage.completionTokens());
        });
    }

    @Test
    void a_stream_says_the_same_as_a_plain_answer() {
        ChatCompletion plain =
                CLIENT.chat().completions().create(ask("sim-chat").build());
        ChatCompletion streamed = streamed(ask("sim-chat")
                .streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build());

        assertThat(streamed.choices().getFirst().message().content())
                .isEqualTo(plain.choices().getFirst().message().content());
        assertThat(streamed.usage()).isEqualTo(plain.usage());
    }

    @Test
    void several_choices_are_answered_plain_and_streamed() {
        assertThat(CLIENT.chat()
                        .completions()
                        .create(ask("sim-chat").n(3).build())
                        .choices())
                .hasSize(3);
        assertThat(streamed(ask("sim-chat").n(3).build()).choices())
                .extracting(choice -> choice.message().content().orElse(""))
                .containsExactly("Echo: How are you?", "Echo: How are you?", "Echo: How are you?");
    }

    @Test
    void an_answer_longer_than_allowed_is_cut_and_says_so() {
        ChatCompletion answer = CLIENT.chat()
                .completions()
                .create(ask("sim-chat~tokens=50").maxCompletionTokens(7).build());

        assertThat(answer.choices().getFirst().finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.LENGTH);
        assertThat(answer.usage().orElseThrow().completionTokens()).isEqualTo(7);
    }

    @Test
    void a_required_tool_is_called_with_arguments_that_fit_plain_and_streamed() {
        ChatCompletion plain =
                CLIENT.chat().completions().create(withTool(ask("sim-chat")).build());
        ChatCompletion streamed = streamed(withTool(ask("sim-chat")).build());

        for (ChatCompletion answer : List.of(plain, streamed)) {
            ChatCompletion.Choice choice = answer.choices().getFirst();
            assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
            assertThat(choice.message().content().orElse("")).isEmpty();
            assertThat(choice.message().toolCalls().orElseThrow())
                    .singleElement()
                    .satisfies(call -> {
                        assertThat(call.asFunction().function().name()).isEqualTo("get_weather");
                        assertThat(SimulatorFixture.JSON.readTree(
                                        call.asFunction().function().arguments()))
                                .isEqualTo(SimulatorFixture.JSON.readTree("{\"city\":\"text\",\"unit\":\"celsius\"}"));
                        assertThat(call.asFunction().id()).startsWith("call_");
                    });
        }
    }

    @Test
    void a_tool_that_need_not_be_called_is_called_only_by_a_model_that_is_told_to() {
        var params = withTool(ask("sim-chat")).toolChoice(ChatCompletionToolChoiceOption.Auto.AUTO);
        var willing = withTool(ask("sim-chat~tool")).toolChoice(ChatCompletionToolChoiceOption.Auto.AUTO);

        assertThat(CLIENT.chat()
                        .completions()
                        .create(params.build())
                        .choices()
                        .getFirst()
                        .message()
                        .toolCalls())
                .isEmpty();
        assertThat(CLIENT.chat()
                        .completions()
                        .create(willing.build())
                        .choices()
                        .getFirst()
                        .message()
                        .toolCalls())
                .isPresent();
    }

    @Test
    void an_answer_in_a_json_schema_can_be_read_as_what_the_schema_describes() {
        var answer = CLIENT.chat()
                .completions()
                .create(ask("sim-chat").responseFormat(Forecast.class).build());

        assertThat(answer.choices().getFirst().message().content())
                .hasValueSatisfying(forecast -> assertThat(forecast.city()).isNotEmpty());
    }

    @Test
    void models_can_be_listed_and_looked_up() {
        assertThat(CLIENT.models().list().data()).extracting(Model::id).contains("sim-chat", "sim-video");
        assertThat(CLIENT.models().retrieve("sim-chat").ownedBy()).isEqualTo("simulator");
    }

    @Test
    void embeddings_come_as_floats_and_as_base64_and_depend_on_the_text_alone() {
        var base64 = CLIENT.embeddings()
                .create(EmbeddingCreateParams.builder()
                        .model("sim-embedding")
                        .inputOfArrayOfStrings(List.of("one", "two", "one"))
                        .build());
        var floats = CLIENT.embeddings()
                .create(EmbeddingCreateParams.builder()
                        .model("sim-embedding")
                        .input("one")
                        .encodingFormat(EmbeddingCreateParams.EncodingFormat.FLOAT)
                        .build());

        assertThat(base64.data()).hasSize(3);
        List<Float> one = base64.data().getFirst().embedding();
        assertThat(one)
                .isEqualTo(base64.data().getLast().embedding())
                .isNotEqualTo(base64.data().get(1).embedding())
                .isEqualTo(floats.data().getFirst().embedding());
    }

    @Test
    void images_come_as_png_in_base64() {
        var answer = CLIENT.images()
                .generate(ImageGenerateParams.builder()
                        .model("sim-image")
                        .prompt("a dot")
                        .n(2)
                        .build());

        assertThat(answer.data().orElseThrow()).hasSize(2);
        byte[] png = Base64.getDecoder()
                .decode(answer.data().orElseThrow().getFirst().b64Json().orElseThrow());
        assertThat(png).startsWith(0x89, 'P', 'N', 'G');
    }

    @Test
    void errors_reach_the_sdk_as_its_own_exceptions() {
        assertFailure("sim-chat~status=500", InternalServerException.class, 500, null);
        assertFailure("sim-chat~status=503", InternalServerException.class, 503, null);
        assertFailure("sim-chat~status=429", RateLimitException.class, 429, "rate_limit_exceeded");
        assertFailure("sim-chat~error=insufficient_quota", RateLimitException.class, 429, "insufficient_quota");
        assertFailure("sim-chat~error=invalid_api_key", UnauthorizedException.class, 401, "invalid_api_key");
        assertFailure("sim-chat~error=model_not_found", NotFoundException.class, 404, "model_not_found");
        assertFailure(
                "sim-chat~error=context_length_exceeded", BadRequestException.class, 400, "context_length_exceeded");
        assertFailure("sim-chat~error=content_refused", BadRequestException.class, 400, "content_policy_violation");
        assertFailure("sim-chat~status=400~code=odd_code", BadRequestException.class, 400, "odd_code");
    }

    private static void assertFailure(
            String model,
            Class<? extends OpenAIServiceException> type,
            int status,
            @org.jspecify.annotations.Nullable String code) {
        assertThatThrownBy(() -> CLIENT.chat().completions().create(ask(model).build()))
                .as(model)
                .isInstanceOfSatisfying(type, failure -> {
                    assertThat(failure.statusCode()).isEqualTo(status);
                    assertThat(failure.code().orElse(null)).isEqualTo(code);
                    assertThat(failure.headers().values("x-request-id")).hasSize(1);
                });
    }

    @Test
    void a_model_that_refuses_a_parameter_names_it() {
        assertThatThrownBy(() -> CLIENT.chat()
                        .completions()
                        .create(ask("sim-chat~refuse=temperature,top_p")
                                .temperature(0.5)
                                .build()))
                .isInstanceOfSatisfying(BadRequestException.class, failure -> {
                    assertThat(failure.code()).contains("unsupported_parameter");
                    assertThat(failure.param()).contains("temperature");
                });
        assertThat(CLIENT.chat()
                        .completions()
                        .create(ask("sim-chat~refuse=temperature,top_p").build())
                        .choices())
                .hasSize(1);
    }

    @Test
    void an_error_in_the_stream_reaches_the_sdk_as_an_error() {
        assertThatThrownBy(() -> streamed(ask("sim-chat~tokens=5~error-at=2").build()))
                .isInstanceOf(SseException.class);
    }
}
