package dev.millrace.api.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.openai.core.JsonValue;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.RateLimitException;
import com.openai.errors.SseException;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletion.Choice.FinishReason;
import com.openai.models.chat.completions.ChatCompletionContentPart;
import com.openai.models.chat.completions.ChatCompletionContentPartImage;
import com.openai.models.chat.completions.ChatCompletionContentPartText;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import dev.millrace.api.fixture.SimulatedApi;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

/// What the official SDK is promised, whatever wire format the provider behind speaks.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
abstract class SdkContract {

    private static final String PICTURE = "iVBORw0KGgo=";

    private final SimulatedApi api;
    private final Sdk sdk;
    private final Wire wire;

    SdkContract(SimulatedApi api, Sdk sdk, Wire wire) {
        this.api = api;
        this.sdk = sdk;
        this.wire = wire;
    }

    /// What a structured answer must fit.
    public record Forecast(String city, int degrees, boolean sunny, List<String> warnings) {}

    private ChatCompletionCreateParams.Builder ask(String route) {
        return Sdk.ask(wire.route(route));
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
                .build());
    }

    @Test
    void a_plain_answer_passes_the_sdks_own_validation() {
        var answer = sdk.plain(ask("plain").build());

        assertThat(answer.model()).isEqualTo(wire.route("plain"));
        assertThat(answer.choices().getFirst().message().content()).contains("Echo: How are you?");
        assertThat(answer.choices().getFirst().finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(answer.usage().orElseThrow().totalTokens()).isPositive();
    }

    @Test
    void the_system_prompt_and_the_limit_reach_the_provider() {
        sdk.plain(ask("plain").maxCompletionTokens(77).build());

        assertThat(wire.lastBody(api, "plain").toString()).contains("You are terse.", ":77");
    }

    @Test
    void a_stream_adds_up_to_the_same_as_a_plain_answer() {
        for (var route : List.of("plain", "fails-over")) {
            var streamed = sdk.streamed(ask(route)
                    .streamOptions(ChatCompletionStreamOptions.builder()
                            .includeUsage(true)
                            .build())
                    .build());

            assertThat(streamed.model()).isEqualTo(wire.route(route));
            assertThat(streamed.choices().getFirst().message().content()).contains("Echo: How are you?");
            assertThat(streamed.choices().getFirst().finishReason()).isEqualTo(FinishReason.STOP);
            assertThat(streamed.usage().orElseThrow().totalTokens())
                    .isEqualTo(sdk.plain(ask("plain").build())
                            .usage()
                            .orElseThrow()
                            .totalTokens());
        }
    }

    @Test
    void several_choices_are_answered_plain_and_streamed() {
        assumeTrue(wire.hasChoices(), "this format gives one answer at a time");

        assertThat(sdk.plain(ask("plain").n(2).build()).choices()).hasSize(2);
        assertThat(sdk.streamed(ask("plain").n(2).build()).choices()).hasSize(2);
    }

    @Test
    void several_choices_are_refused_by_name_where_the_format_gives_one() {
        assumeTrue(!wire.hasChoices(), "this format gives several answers");

        assertThatThrownBy(() -> sdk.plain(ask("plain").n(2).build()))
                .isInstanceOfSatisfying(
                        BadRequestException.class,
                        refusal -> assertThat(refusal.param()).contains("n"));
    }

    @Test
    void a_tool_is_called_plain_and_streamed_and_its_result_is_taken() {
        var question = withTool(ask("plain"))
                .toolChoice(ChatCompletionToolChoiceOption.Auto.REQUIRED)
                .build();
        for (var answer : List.of(sdk.plain(question), sdk.streamed(question))) {
            var choice = answer.choices().getFirst();
            assertThat(choice.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
            var call = onlyCall(choice);
            assertThat(call.function().name()).isEqualTo("get_weather");
            assertThat(call.function().arguments()).contains("\"city\"");
            assertThat(call.id()).isNotBlank();

            var end = sdk.plain(withTool(ask("plain"))
                    .addMessage(choice.message())
                    .addMessage(ChatCompletionToolMessageParam.builder()
                            .toolCallId(call.id())
                            .content("sunny")
                            .build())
                    .build());

            assertThat(end.choices().getFirst().finishReason()).isEqualTo(FinishReason.STOP);
            assertThat(wire.lastBody(api, "plain").toString()).contains("get_weather", "sunny");
        }
    }

    private static ChatCompletionMessageFunctionToolCall onlyCall(ChatCompletion.Choice choice) {
        var calls = choice.message().toolCalls().orElseThrow();
        assertThat(calls).hasSize(1);
        return calls.getFirst().asFunction();
    }

    @Test
    void a_picture_in_a_message_reaches_the_provider_as_it_is() {
        sdk.plain(ChatCompletionCreateParams.builder()
                .model(wire.route("plain"))
                .addSystemMessage("You are terse.")
                .addUserMessageOfArrayOfContentParts(List.of(
                        ChatCompletionContentPart.ofText(ChatCompletionContentPartText.builder()
                                .text("What is this?")
                                .build()),
                        ChatCompletionContentPart.ofImageUrl(ChatCompletionContentPartImage.builder()
                                .imageUrl(ChatCompletionContentPartImage.ImageUrl.builder()
                                        .url("data:image/png;base64," + PICTURE)
                                        .build())
                                .build())))
                .build());

        var body = wire.lastBody(api, "plain");
        assertThat(wire.picture(body)).endsWith(PICTURE);
        assertThat(body.toString()).contains("image/png");
    }

    @Test
    void an_answer_in_a_json_schema_can_be_read_as_what_the_schema_describes() {
        var answer = sdk.client()
                .chat()
                .completions()
                .create(ask("plain").responseFormat(Forecast.class).build());

        assertThat(answer.choices().getFirst().message().content())
                .hasValueSatisfying(forecast -> assertThat(forecast.city()).isNotEmpty());
    }

    @Test
    void errors_reach_the_sdk_as_its_own_exceptions_with_code_and_request_id() {
        assertFailure("nobody-has-this", NotFoundException.class, 404, "model_not_found");
        assertFailure("refused", BadRequestException.class, 400, wire.refusal());
        assertFailure("limited", RateLimitException.class, 429, "rate_limit_exceeded");
        assertFailure("broken", InternalServerException.class, 502, "provider_error");
        assertFailure("our-key", InternalServerException.class, 502, "provider_refused");
    }

    private void assertFailure(String route, Class<? extends OpenAIServiceException> type, int status, String code) {
        assertThatThrownBy(() -> sdk.plain(ask(route).build())).as(route).isInstanceOfSatisfying(type, failure -> {
            assertThat(failure.statusCode()).isEqualTo(status);
            assertThat(failure.code()).contains(code);
            assertThat(failure.headers().values("x-request-id")).hasSize(1);
        });
        assertThatThrownBy(() -> sdk.streamed(ask(route).build())).as(route).isInstanceOf(OpenAIServiceException.class);
    }

    @Test
    void an_answer_that_breaks_off_is_an_error_and_no_short_answer() {
        assertThatThrownBy(() -> sdk.streamed(ask("breaks-off").build())).isInstanceOf(SseException.class);
    }
}
