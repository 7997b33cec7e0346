package dev.millrace.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.InternalServerException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.errors.OverloadedException;
import com.anthropic.errors.RateLimitException;
import com.anthropic.errors.SseException;
import com.anthropic.errors.UnauthorizedException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Base64ImageSource;
import com.anthropic.models.messages.ContentBlock;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolChoiceAny;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.anthropic.models.messages.ToolUseBlock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Anthropic's own SDK as the judge of what the simulator says in its name.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class AnthropicSdkTest {

    private static final SimulatorFixture SIMULATOR = new SimulatorFixture();

    private static final AnthropicClient CLIENT = AnthropicOkHttpClient.builder()
            .baseUrl(SIMULATOR.server.providerUrl("sdk"))
            .apiKey(SimulatorFixture.KEY)
            .maxRetries(0)
            .responseValidation(true)
            .build();

    @AfterAll
    static void stop() {
        CLIENT.close();
        SIMULATOR.close();
    }

    private static MessageCreateParams.Builder ask(String model) {
        return MessageCreateParams.builder()
                .model(model)
                .maxTokens(2048)
                .system("You are terse.")
                .addUserMessage("How are you?");
    }

    private static MessageCreateParams.Builder withTool(MessageCreateParams.Builder params) {
        return params.addTool(Tool.builder()
                .name("get_weather")
                .inputSchema(Tool.InputSchema.builder()
                        .properties(Tool.InputSchema.Properties.builder()
                                .putAdditionalProperty("city", JsonValue.from(Map.of("type", "string")))
                                .build())
                        .required(List.of("city"))
                        .build())
                .build());
    }

    private static Message streamed(MessageCreateParams params) {
        MessageAccumulator accumulator = MessageAccumulator.create();
        try (StreamResponse<RawMessageStreamEvent> stream = CLIENT.messages().createStreaming(params)) {
            stream.stream().forEach(accumulator::accumulate);
        }
        return accumulator.message();
    }

    private static String text(Message message) {
        StringBuilder text = new StringBuilder();
        message.content().forEach(block -> block.text().ifPresent(said -> text.append(said.text())));
        return text.toString();
    }

    private static ToolUseBlock call(Message message) {
        return message.content().stream()
                .map(ContentBlock::toolUse)
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_plain_answer_passes_the_sdks_own_validation() {
        Message answer = CLIENT.messages().create(ask("sim-chat").build());

        assertThat(text(answer)).isEqualTo("Echo: How are you?");
        assertThat(answer.stopReason()).contains(StopReason.END_TURN);
        assertThat(answer.model().asString()).isEqualTo("sim-chat");
        assertThat(answer.usage().inputTokens()).isPositive();
        assertThat(answer.usage().outputTokens()).isEqualTo(4);
    }

    @Test
    void a_stream_says_the_same_as_a_plain_answer() {
        Message answer = streamed(ask("sim-chat").build());

        assertThat(text(answer)).isEqualTo("Echo: How are you?");
        assertThat(answer.stopReason()).contains(StopReason.END_TURN);
        assertThat(answer.usage().outputTokens()).isEqualTo(4);
    }

    @Test
    void a_tool_is_called_plain_and_streamed_and_its_result_is_taken() {
        MessageCreateParams question = withTool(ask("sim-chat"))
                .toolChoice(ToolChoiceAny.builder().build())
                .build();
        for (Message answer : List.of(CLIENT.messages().create(question), streamed(question))) {
            assertThat(answer.stopReason()).contains(StopReason.TOOL_USE);
            ToolUseBlock call = call(answer);
            assertThat(call.name()).isEqualTo("get_weather");
            assertThat(call._input().toString()).contains("city");

            Message end = CLIENT.messages()
                    .create(withTool(ask("sim-chat"))
                            .addMessage(answer)
                            .addUserMessageOfContentBlockParams(result(call))
                            .build());
            assertThat(end.stopReason()).contains(StopReason.END_TURN);
        }
    }

    private static List<ContentBlockParam> result(ToolUseBlock call) {
        return List.of(ContentBlockParam.ofToolResult(ToolResultBlockParam.builder()
                .toolUseId(call.id())
                .content("sunny")
                .build()));
    }

    @Test
    void a_signed_thought_survives_the_way_there_and_back() {
        MessageCreateParams question =
                withTool(ask("sim-chat~tool~thoughts=5")).enabledThinking(1024).build();
        Message answer = streamed(question);

        assertThat(answer.content().getFirst().thinking())
                .hasValueSatisfying(thought -> assertThat(thought.signature()).isNotBlank());
        Message end = CLIENT.messages()
                .create(withTool(ask("sim-chat~tool~thoughts=5"))
                        .enabledThinking(1024)
                        .addMessage(answer)
                        .addUserMessageOfContentBlockParams(result(call(answer)))
                        .build());
        assertThat(end.stopReason()).contains(StopReason.END_TURN);
    }

    @Test
    void a_picture_is_taken() {
        Message answer = CLIENT.messages()
                .create(MessageCreateParams.builder()
                        .model("sim-chat")
                        .maxTokens(2048)
                        .addUserMessageOfContentBlockParams(List.of(
                                ContentBlockParam.ofImage(Base64ImageSource.builder()
                                        .mediaType(Base64ImageSource.MediaType.IMAGE_PNG)
                                        .data("iVBORw0KGgo=")
                                        .build()),
                                ContentBlockParam.ofText("What is this?")))
                        .build());

        assertThat(text(answer)).isEqualTo("Echo: What is this?");
        JsonNode source = SIMULATOR.lastBody("sdk").at("/messages/0/content/0/source");
        assertThat(source.path("media_type").asString("")).isEqualTo("image/png");
        assertThat(source.path("data").asString("")).isEqualTo("iVBORw0KGgo=");
    }

    /// What a structured answer must fit.
    public record Forecast(String city, int degrees, boolean sunny, List<String> warnings) {}

    @Test
    void an_answer_in_a_json_schema_can_be_read_as_what_the_schema_describes_plain_and_streamed() {
        var question = ask("sim-chat").outputConfig(Forecast.class).build();

        assertThat(CLIENT.messages().create(question).content())
                .singleElement()
                .satisfies(block ->
                        assertThat(block.text().orElseThrow().text().city()).isNotEmpty());
        assertThat(SimulatorFixture.JSON
                        .readTree(text(streamed(question.rawParams())))
                        .path("city")
                        .isString())
                .isTrue();
    }

    static Stream<Arguments> errors() {
        return Stream.of(
                Arguments.of("error=invalid_api_key", UnauthorizedException.class),
                Arguments.of("error=insufficient_quota", BadRequestException.class),
                Arguments.of("error=context_length_exceeded", BadRequestException.class),
                Arguments.of("error=model_not_found", NotFoundException.class),
                Arguments.of("status=429~retry-after=7", RateLimitException.class),
                Arguments.of("status=500", InternalServerException.class),
                Arguments.of("error=overloaded", OverloadedException.class));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void errors_are_the_sdks_own(String fault, Class<? extends AnthropicServiceException> kind) {
        MessageCreateParams question = ask("sim-chat~" + fault).build();

        assertThatThrownBy(() -> CLIENT.messages().create(question)).isInstanceOf(kind);
        assertThatThrownBy(() -> streamed(question)).isInstanceOf(kind);
    }

    @Test
    void an_error_in_a_stream_ends_it_as_the_sdk_knows_it() {
        assertThatThrownBy(() ->
                        streamed(ask("sim-chat~error-at=2~error=overloaded").build()))
                .isInstanceOf(SseException.class)
                .hasMessageContaining("Overloaded");
    }

    @Test
    void models_are_listed() {
        assertThat(CLIENT.models().list().data()).isNotEmpty().allSatisfy(model -> {
            assertThat(model.id()).isNotBlank();
            assertThat(model.displayName()).isNotBlank();
        });
    }
}
