package dev.millrace.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.CallIds;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.ProviderOutcome.Retryable;
import dev.millrace.provider.ProviderOutcome.Succeeded;
import dev.millrace.provider.ProviderOutcome.Terminal;
import dev.millrace.provider.ProviderOutcome.Unfit;
import dev.millrace.provider.Quirk;
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
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What only the OpenAI format has, answer by answer.
@DisplayNameGeneration(ReplaceUnderscores.class)
class OpenAiChatTest {

    private static final String REQUEST =
            "{\"model\":\"public\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    private final OpenAiChat adapter = new OpenAiChat(Simulated.HTTP, JsonMapper.shared());

    private static Target target(URI base) {
        return new Target("raw", base, "upstream", Simulated.KEY, Duration.ofSeconds(10), Traits.NONE);
    }

    private ProviderOutcome ask(String answer) {
        try (var provider = RawServer.answering(answer)) {
            return adapter.complete(
                    target(provider.uri("/v1")), ChatCall.whole(REQUEST.getBytes(StandardCharsets.UTF_8), "public"));
        }
    }

    private ProviderOutcome choice(String choice) {
        return ask(RawServer.json(
                "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"upstream\",\"choices\":["
                        + choice + "]}"));
    }

    private static JsonNode body(ProviderOutcome outcome) {
        assertThat(outcome).isInstanceOf(Succeeded.class);
        return Simulated.JSON.readTree(((Succeeded) outcome).answer().body());
    }

    private static void malformed(ProviderOutcome outcome) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Retryable.class,
                        retryable -> assertThat(retryable.failure().kind()).isEqualTo("malformed_answer"));
    }

    private static Failure failure(ProviderOutcome outcome) {
        return switch (outcome) {
            case Retryable retryable -> retryable.failure();
            case Terminal terminal -> terminal.failure();
            case ProviderOutcome.RateLimited limited -> limited.failure();
            default -> throw new AssertionError(outcome.toString());
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":null,\"refusal\":\"No.\"},"
                        + "\"finish_reason\":\"stop\"}",
                "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"1\"}]},"
                        + "\"finish_reason\":\"tool_calls\"}",
                "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":null,\"function_call\":{\"name\":\"f\"}},"
                        + "\"finish_reason\":\"function_call\"}",
                "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":null,\"audio\":{\"id\":\"a\"}},"
                        + "\"finish_reason\":\"stop\"}",
                "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":\"length\"}",
                "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"\"},"
                        + "\"finish_reason\":\"content_filter\"}"
            })
    void an_answer_that_says_something_or_ends_where_there_was_nothing_to_say_is_whole(String choice) {
        assertThat(choice(choice)).isInstanceOf(Succeeded.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "\"hi\"",
                "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"hi\"}}",
                "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"hi\"},\"finish_reason\":null}",
                "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"hi\"},\"finish_reason\":7}",
                "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":\"stop\"}",
                "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":null},\"finish_reason\":\"tool_calls\"}",
                "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[]},"
                        + "\"finish_reason\":\"tool_calls\"}",
                "{\"index\":0,\"message\":{\"role\":\"assistant\"},\"finish_reason\":\"function_call\"}",
                "{\"index\":0,\"finish_reason\":\"stop\"}"
            })
    void an_answer_without_a_finish_reason_or_without_anything_said_has_failed(String choice) {
        malformed(choice(choice));
    }

    @Test
    void each_choice_must_be_whole() {
        var whole = "{\"index\":0,\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}";
        assertThat(choice(whole + "," + whole)).isInstanceOf(Succeeded.class);
        malformed(choice(whole + ",{\"index\":1,\"message\":{\"content\":\"b\"},\"finish_reason\":null}"));
    }

    @Test
    void fewer_choices_than_were_asked_for_are_no_whole_answer_unless_the_model_is_known_to_give_one() {
        var one = RawServer.json("{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}");
        var two = REQUEST.replace("{\"model\"", "{\"n\":2,\"model\"").getBytes(StandardCharsets.UTF_8);
        var oneChoice = new Traits(Set.of(Quirk.ONE_CHOICE), Set.of(), Optional.empty(), 0);
        try (var provider = RawServer.start(connection -> {
            while (connection.readRequest()) {
                connection.write(one);
            }
        })) {
            malformed(adapter.complete(target(provider.uri("/v1")), ChatCall.whole(two, "public")));
            var known = new Target(
                    "raw", provider.uri("/v1"), "upstream", Simulated.KEY, Duration.ofSeconds(10), oneChoice);
            assertThat(adapter.complete(known, ChatCall.whole(two, "public"))).isInstanceOf(Succeeded.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "null",
                "\"text\"",
                "{\"choices\":{}}",
                "{\"choices\":[]}",
                "{\"object\":\"chat.completion\"}",
                "{\"choices\":[{\"message\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]",
                "{\"error\":{\"message\":\"overloaded\"},\"choices\":[{\"message\":{\"content\":\"hi\"},"
                        + "\"finish_reason\":\"stop\"}]}",
                "{\"error\":\"overloaded\",\"choices\":[{\"message\":{\"content\":\"hi\"},"
                        + "\"finish_reason\":\"stop\"}]}"
            })
    void a_body_of_another_shape_has_failed(String body) {
        malformed(ask(RawServer.json(body)));
    }

    @Test
    void an_error_of_null_is_no_error_and_does_not_reach_the_caller() {
        var body = body(ask(RawServer.json("{\"error\":null,\"choices\":[{\"index\":0,\"message\":{\"content\":\"hi\"},"
                + "\"finish_reason\":\"stop\"}]}")));
        assertThat(body.has("error")).isFalse();
    }

    @Test
    void usage_is_told_as_far_as_the_provider_gave_it_and_guessed_where_it_gave_none() {
        var without = (Succeeded) choice("{\"message\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}");
        assertThat(without.answer().usage().orElseThrow().estimated()).isTrue();
        assertThat(body(without).path("usage").path("estimated").asBoolean()).isTrue();

        var some = (Succeeded) ask(RawServer.json("{\"choices\":[{\"message\":{\"content\":\"hi\"},"
                + "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,"
                + "\"prompt_tokens_details\":{\"cached_tokens\":4,\"cache_write_tokens\":3}}}"));
        assertThat(some.answer().usage()).hasValue(new Usage(9, 2, 4, 3, 0, false));
    }

    @Test
    void everything_else_in_the_answer_reaches_the_caller_as_it_came() {
        var sent = "{\"id\":\"c\",\"model\":\"upstream-2026-01-01\",\"choices\":[{\"index\":0,\"message\":{\"content\":"
                + "\"ü \\u0000 🎬\",\"reasoning_content\":\"why\"},\"finish_reason\":\"stop\","
                + "\"logprobs\":{\"content\":[{\"logprob\":-0.0000123456789012345678}]}}],"
                + "\"usage\":{\"prompt_tokens\":9,\"cost\":0.10},\"vendor\":{\"deep\":[1,[2,{\"x\":null}]]},"
                + "\"big\":12345678901234567890123456789}";
        var expected = (ObjectNode) EXACT.readTree(sent);
        expected.put("model", "public");
        try (var provider = RawServer.start(connection -> {
            while (connection.readRequest()) {
                var bytes = sent.getBytes(StandardCharsets.UTF_8);
                connection
                        .write("HTTP/1.1 200 OK\r\nContent-Length: " + bytes.length + "\r\n\r\n")
                        .write(bytes);
            }
        })) {
            var outcome = (Succeeded) adapter.complete(
                    target(provider.uri("/v1")), ChatCall.whole(REQUEST.getBytes(StandardCharsets.UTF_8), "public"));
            assertThat(EXACT.readTree(outcome.answer().body())).isEqualTo(expected);
        }
    }

    /// Numbers as they are written.
    private static final JsonMapper EXACT = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    @Test
    void the_request_passes_unchanged_at_any_depth_but_for_the_models_name() {
        var request = "{\"model\":\"public\",\"messages\":[{\"role\":\"user\",\"content\":\"ü 漢 🎬 \\u0000\"}],"
                + "\"temperature\":0.1,\"unknown\":{\"api_key\":\"data\",\"deep\":[[[{\"url\":\"x\"}]]]},"
                + "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\","
                + "\"properties\":{\"base_url\":{\"type\":\"number\",\"maximum\":0.12345678901234567890123,"
                + "\"minimum\":-1e400},\"n\":{\"const\":12345678901234567890123456789}}}}}],\"seed\":9007199254740993}";
        var expected = (ObjectNode) EXACT.readTree(request);
        expected.put("model", "upstream");
        try (var provider = RawServer.answering(RawServer.json("{}"))) {
            adapter.complete(
                    target(provider.uri("/v1")), ChatCall.whole(request.getBytes(StandardCharsets.UTF_8), "public"));
            var sent = provider.requests().getFirst();
            var body = sent.substring(sent.indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.ISO_8859_1);
            assertThat(EXACT.readTree(body)).isEqualTo(expected);
        }
    }

    @Test
    void a_request_for_the_same_name_goes_out_byte_for_byte() {
        var request = "{ \"model\" : \"upstream\",\n \"messages\":[] , \"a\":1.0e2 }";
        try (var provider = RawServer.answering(RawServer.json("{}"))) {
            adapter.complete(
                    target(provider.uri("/v1/")), ChatCall.whole(request.getBytes(StandardCharsets.UTF_8), "upstream"));
            assertThat(provider.requests().getFirst())
                    .startsWith("POST /v1/chat/completions HTTP/1.1\r\n")
                    .endsWith("\r\n\r\n" + request);
        }
    }

    @Test
    void a_provider_that_repeats_the_key_in_its_error_does_not_make_us_keep_it() {
        for (var status : new String[] {
            "400 Bad Request", "401 Unauthorized", "403 Forbidden", "429 Too Many Requests", "500 Server Error"
        }) {
            var failure = failure(ask(RawServer.answer(
                    status,
                    "application/json",
                    "{\"error\":{\"message\":\"Incorrect API key provided: "
                            + Simulated.KEY.secret().reveal() + ".\",\"type\":\"x\",\"code\":\"k-"
                            + Simulated.KEY.secret().reveal() + "\"}}")));
            assertThat(failure.toString()).as(status).doesNotContain("canary").contains("Incorrect API key provided");
        }
        assertThat(failure(ask(RawServer.answer(
                                "500 Server Error",
                                "text/html",
                                "<p>" + Simulated.KEY.secret().reveal() + "</p>")))
                        .toString())
                .doesNotContain("canary");
    }

    @Test
    void a_message_of_a_megabyte_is_kept_in_part() {
        var failure = failure(ask(RawServer.answer(
                "400 Bad Request",
                "application/json",
                "{\"error\":{\"message\":\"" + "x".repeat(1_000_000) + "\",\"code\":\"" + "y".repeat(1_000_000)
                        + "\"}}")));
        assertThat(failure.message()).hasSizeLessThanOrEqualTo(1_000);
        assertThat(failure.code()).hasSizeLessThanOrEqualTo(1_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"error\":\"text\"}", "{\"error\":null}", "[]", "", "<html>", "{\"detail\":\"no\"}"})
    void an_error_without_the_usual_body_is_read_by_its_status(String body) {
        var failure = failure(ask(RawServer.answer("503 Unavailable", "application/json", body)));
        assertThat(failure.kind()).isEqualTo("provider_error");
        assertThat(failure.code()).isNull();
        assertThat(failure.message()).contains("503");
    }

    @ParameterizedTest
    @ValueSource(strings = {"201 Created", "204 No Content", "206 Partial", "302 Found", "304 Not Modified"})
    void another_status_than_200_is_no_answer(String status) {
        malformed(ask("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n"));
    }

    /// What was sent to a target of these traits.
    private ObjectNode sent(String request, Traits traits, String... mayDrop) {
        try (var provider = RawServer.answering(RawServer.json("{}"))) {
            var target =
                    new Target("raw", provider.uri("/v1"), "upstream", Simulated.KEY, Duration.ofSeconds(10), traits);
            adapter.complete(
                    target, new ChatCall(request.getBytes(StandardCharsets.UTF_8), "public", Set.of(mayDrop), false));
            var text = provider.requests().getFirst();
            return (ObjectNode)
                    EXACT.readTree(text.substring(text.indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private static Traits refusing(String... names) {
        return new Traits(Set.of(), Set.of(names), Optional.empty(), 0);
    }

    @Test
    void what_the_model_does_not_take_is_refused_by_name_and_nothing_is_sent() {
        try (var provider = RawServer.answering(RawServer.json("{}"))) {
            var target = new Target(
                    "raw", provider.uri("/v1"), "upstream", Simulated.KEY, Duration.ofSeconds(10), refusing("seed"));
            var request = REQUEST.replace("{\"model\"", "{\"seed\":7,\"model\"").getBytes(StandardCharsets.UTF_8);
            assertThat(adapter.complete(target, ChatCall.whole(request, "public")))
                    .isInstanceOfSatisfying(
                            Unfit.class, unfit -> assertThat(unfit.param()).isEqualTo("seed"));
            assertThat(provider.requests()).isEmpty();
        }
    }

    @Test
    void what_may_be_dropped_is_left_out_and_told() {
        var request = REQUEST.replace("{\"model\"", "{\"seed\":7,\"model\"");
        assertThat(sent(request, refusing("seed"), "seed").has("seed")).isFalse();
        try (var provider = RawServer.answering(
                RawServer.json("{\"choices\":[{\"message\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}"))) {
            var target = new Target(
                    "raw", provider.uri("/v1"), "upstream", Simulated.KEY, Duration.ofSeconds(10), refusing("seed"));
            var outcome = adapter.complete(
                    target,
                    new ChatCall(request.getBytes(StandardCharsets.UTF_8), "public", Set.of("seed", "user"), false));
            assertThat(((Succeeded) outcome).answer().dropped()).containsExactly("seed");
        }
    }

    @Test
    void a_limit_goes_out_under_the_name_that_the_model_takes() {
        var quirk = new Traits(Set.of(Quirk.MAX_COMPLETION_TOKENS), Set.of(), Optional.empty(), 0);
        var limited = REQUEST.replace("{\"model\"", "{\"max_tokens\":7,\"model\"");
        assertThat(sent(limited, quirk).path("max_completion_tokens").asInt()).isEqualTo(7);
        assertThat(sent(limited, quirk).has("max_tokens")).isFalse();
        assertThat(sent(limited, Traits.NONE).path("max_tokens").asInt()).isEqualTo(7);
        var both = limited.replace("{\"max_tokens\"", "{\"max_completion_tokens\":5,\"max_tokens\"");
        assertThat(sent(both, quirk).path("max_completion_tokens").asInt()).isEqualTo(5);
    }

    @Test
    void a_call_that_is_answered_in_one_piece_does_not_ask_for_a_stream() {
        var sent = sent(
                REQUEST.replace("{\"model\"", "{\"stream\":true,\"stream_options\":{\"include_usage\":true},\"model\""),
                Traits.NONE);
        assertThat(sent.path("stream").asBoolean(true)).isFalse();
        assertThat(sent.has("stream_options")).isFalse();
        assertThat(sent(REQUEST, Traits.NONE).has("stream")).isFalse();
    }

    @Test
    void what_other_providers_put_into_a_calls_id_stays_here() {
        var id = CallIds.with("call_1", CallIds.ANTHROPIC, "signed".getBytes(StandardCharsets.UTF_8));
        var sent = sent(
                "{\"model\":\"public\",\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"" + id
                        + "\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},"
                        + "{\"role\":\"tool\",\"tool_call_id\":\"" + id + "\",\"content\":\"" + id + "\"}]}",
                Traits.NONE);
        var messages = sent.path("messages");
        assertThat(messages.path(0).path("tool_calls").path(0).path("id").asString())
                .isEqualTo("call_1");
        assertThat(messages.path(1).path("tool_call_id").asString()).isEqualTo("call_1");
        assertThat(messages.path(1).path("content").asString()).as("data").isEqualTo(id);
    }

    @Test
    void half_a_surrogate_pair_passes_in_both_directions() {
        var half = "\\ud83c";
        assertThat(sent(REQUEST.replace("hi", half), Traits.NONE)
                        .path("messages")
                        .path(0)
                        .path("content")
                        .stringValue())
                .isEqualTo("\ud83c");
        assertThat(body(choice("{\"message\":{\"content\":\"" + half + "\"},\"finish_reason\":\"stop\"}"))
                        .path("choices")
                        .path(0)
                        .path("message")
                        .path("content")
                        .stringValue())
                .isEqualTo("\ud83c");
    }

    @Test
    void the_parameter_that_an_error_names_is_told() {
        var failure = failure(ask(RawServer.answer(
                "400 Bad Request",
                "application/json",
                "{\"error\":{\"message\":\"m\",\"type\":\"invalid_request_error\",\"param\":\"messages[0].content\","
                        + "\"code\":null}}")));
        assertThat(failure.param()).hasValue("messages[0].content");
        assertThat(failure(ask(RawServer.answer("400 Bad Request", "application/json", "{}")))
                        .param())
                .isEmpty();
    }

    @Test
    void an_error_in_an_answer_of_200_means_what_it_says() {
        var failure = failure(ask(RawServer.json("{\"error\":{\"message\":\"m\",\"code\":\"insufficient_quota\"}}")));
        assertThat(failure.kind()).isEqualTo("quota_exhausted");
        assertThat(failure.httpStatus()).hasValue(200);
    }
}
