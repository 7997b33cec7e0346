package dev.millrace.api.sdk;

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
import com.openai.models.chat.completions.ChatCompletionContentPart;
import com.openai.models.chat.completions.ChatCompletionContentPartImage;
import com.openai.models.chat.completions.ChatCompletionContentPartText;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.images.ImageGenerateParams;
import com.openai.models.models.Model;
import dev.millrace.api.fixture.SimulatedApi;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class OfficialSdkTest {

    private static final SimulatedApi api = SdkRoutes.start();

    private static final OpenAIClient client =
            client(api.api().newProject().apiKey()).responseValidation(true).build();

    /// What a structured answer must fit.
    public record Forecast(String city, int degrees, boolean sunny, List<String> warnings) {}

    private static OpenAIOkHttpClient.Builder client(String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl("http://127.0.0.1:" + api.api().port() + "/v1")
                .apiKey(key)
                .maxRetries(0);
    }

    @AfterAll
    static void stop() {
        client.close();
        api.close();
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
                                                "properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                                        .build())
                                .build())
                        .build())
                .toolChoice(ChatCompletionToolChoiceOption.Auto.REQUIRED);
    }

    private static ChatCompletion plain(ChatCompletionCreateParams params) {
        return client.chat().completions().create(params);
    }

    private static ChatCompletion streamed(ChatCompletionCreateParams params) {
        var accumulator = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(params)) {
            stream.stream().forEach(accumulator::accumulate);
        }
        return accumulator.chatCompletion();
    }

    @Test
    void a_plain_answer_passes_the_sdks_own_validation() {
        var answer = plain(ask("plain").build());

        assertThat(answer.model()).isEqualTo("plain");
        assertThat(answer.choices().getFirst().message().content()).contains("Echo: How are you?");
        assertThat(answer.usage().orElseThrow().totalTokens()).isPositive();
    }

    @Test
    void a_stream_adds_up_to_the_same_as_a_plain_answer() {
        for (var model : List.of("plain", "fails-over")) {
            var streamed = streamed(ask(model)
                    .streamOptions(ChatCompletionStreamOptions.builder()
                            .includeUsage(true)
                            .build())
                    .build());

            assertThat(streamed.model()).isEqualTo(model);
            assertThat(streamed.choices().getFirst().message().content()).contains("Echo: How are you?");
            assertThat(streamed.usage().orElseThrow().totalTokens())
                    .isEqualTo(plain(ask("plain").build()).usage().orElseThrow().totalTokens());
        }
    }

    @Test
    void several_choices_are_answered_plain_and_streamed() {
        assertThat(plain(ask("plain").n(2).build()).choices()).hasSize(2);
        assertThat(streamed(ask("plain").n(2).build()).choices()).hasSize(2);
    }

    @Test
    void a_tool_is_called_plain_and_streamed() {
        for (var answer : List.of(
                plain(withTool(ask("plain")).build()),
                streamed(withTool(ask("plain")).build()))) {
            var choice = answer.choices().getFirst();
            assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
            assertThat(choice.message().toolCalls().orElseThrow())
                    .singleElement()
                    .satisfies(call -> {
                        assertThat(call.asFunction().function().name()).isEqualTo("get_weather");
                        assertThat(call.asFunction().id()).startsWith("call_");
                    });
        }
    }

    @Test
    void a_picture_reaches_the_provider_as_it_is() {
        var url = "data:image/png;base64,iVBORw0KGgo=";
        plain(ChatCompletionCreateParams.builder()
                .model("plain")
                .addUserMessageOfArrayOfContentParts(List.of(
                        ChatCompletionContentPart.ofText(ChatCompletionContentPartText.builder()
                                .text("What is this?")
                                .build()),
                        ChatCompletionContentPart.ofImageUrl(ChatCompletionContentPartImage.builder()
                                .imageUrl(ChatCompletionContentPartImage.ImageUrl.builder()
                                        .url(url)
                                        .build())
                                .build())))
                .build());

        assertThat(api.lastBody("plain-1")
                        .at("/messages/0/content/1/image_url/url")
                        .asString())
                .isEqualTo(url);
    }

    @Test
    void an_answer_in_a_json_schema_can_be_read_as_what_the_schema_describes() {
        var answer = client.chat()
                .completions()
                .create(ask("plain").responseFormat(Forecast.class).build());

        assertThat(answer.choices().getFirst().message().content())
                .hasValueSatisfying(forecast -> assertThat(forecast.city()).isNotEmpty());
    }

    @Test
    void embeddings_pictures_and_models_are_answered() {
        assertThat(client.embeddings()
                        .create(EmbeddingCreateParams.builder()
                                .model("vectors")
                                .inputOfArrayOfStrings(List.of("one", "two"))
                                .build())
                        .data())
                .hasSize(2);
        assertThat(client.images()
                        .generate(ImageGenerateParams.builder()
                                .model("draws")
                                .prompt("a dot")
                                .build())
                        .data()
                        .orElseThrow())
                .hasSize(1);
        assertThat(client.models().list().data()).extracting(Model::id).contains("plain", "gpt-5.2-preview");
        assertThat(client.models().retrieve("plain").ownedBy()).isEqualTo("millrace");
    }

    @Test
    void errors_reach_the_sdk_as_its_own_exceptions_with_code_and_request_id() {
        assertFailure("nobody-has-this", NotFoundException.class, 404, "model_not_found");
        assertFailure("refused", BadRequestException.class, 400, "content_policy_violation");
        assertFailure("limited", RateLimitException.class, 429, "rate_limit_exceeded");
        assertFailure("broken", InternalServerException.class, 502, "provider_error");
        assertFailure("our-key", InternalServerException.class, 502, "provider_refused");
    }

    private static void assertFailure(
            String model, Class<? extends OpenAIServiceException> type, int status, String code) {
        assertThatThrownBy(() -> plain(ask(model).build())).as(model).isInstanceOfSatisfying(type, failure -> {
            assertThat(failure.statusCode()).isEqualTo(status);
            assertThat(failure.code()).contains(code);
            assertThat(failure.headers().values("x-request-id")).hasSize(1);
        });
        assertThatThrownBy(() -> streamed(ask(model).build())).as(model).isInstanceOf(OpenAIServiceException.class);
    }

    @Test
    void a_wrong_key_is_the_sdks_unauthorized() {
        var stranger = client("mr_wrong").build();
        assertThatThrownBy(
                        () -> stranger.chat().completions().create(ask("plain").build()))
                .isInstanceOf(UnauthorizedException.class);
        stranger.close();
    }

    @Test
    void an_answer_that_breaks_off_is_an_error_and_no_short_answer() {
        assertThatThrownBy(() -> streamed(ask("breaks-off").build())).isInstanceOf(SseException.class);
    }

    @Test
    void a_temperature_that_a_model_does_not_take_any_more_is_let_go_where_the_route_says_so() {
        for (var model : List.of("gpt-5.2-preview", "gemini-3.0-pro")) {
            assertThat(streamed(ask(model).temperature(0.7).build())
                            .choices()
                            .getFirst()
                            .message()
                            .content())
                    .isPresent();
        }
        assertThat(api.lastBody("gpt-5.2-preview-1").has("temperature")).isFalse();
        assertThat(api.lastBody("gemini-3.0-pro-1").path("temperature").asDouble())
                .isEqualTo(0.7);
    }
}
