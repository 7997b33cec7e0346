package dev.millrace.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.ChatAdapter.Opening;
import dev.millrace.provider.ChatCall;
import dev.millrace.provider.ChunkRules;
import dev.millrace.provider.Failure;
import dev.millrace.provider.Heard;
import dev.millrace.provider.Patience;
import dev.millrace.provider.ProviderOutcome;
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
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/// What an OpenAI-compatible endpoint does otherwise in a stream, and what its caller gets.
@DisplayNameGeneration(ReplaceUnderscores.class)
class OpenAiStreamTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final String DONE = "data: [DONE]\n\n";
    private static final String STOP = "{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}";

    private final OpenAiChat adapter = new OpenAiChat(Simulated.HTTP, JsonMapper.shared());

    private static String event(String json) {
        return "data: " + json + "\n\n";
    }

    /// A chunk with these choices, of the one answer that all tests are about.
    private static String chunk(String choices, String more) {
        return event("{\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":5,\"model\":\"up-2026-01-01\","
                + "\"choices\":[" + choices + "]" + more + "}");
    }

    private static String chunk(String choices) {
        return chunk(choices, "");
    }

    private static String delta(String delta) {
        return chunk("{\"index\":0,\"delta\":{" + delta + "},\"logprobs\":null,\"finish_reason\":null}");
    }

    private static final String ROLE = delta("\"role\":\"assistant\",\"content\":\"\"");
    private static final String HI = delta("\"content\":\"hi\"");
    private static final String WHOLE = ROLE + HI + chunk(STOP);

    private static String answer(String contentType, String body) {
        return "HTTP/1.1 200 OK\r\nContent-Type: " + contentType + "\r\nx-request-id: req_1\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }

    private static Target target(URI base, Quirk... quirks) {
        return new Target(
                "raw",
                base,
                "upstream",
                Simulated.KEY,
                LONG,
                new Traits(Set.of(quirks), Set.of(), Optional.empty(), 0));
    }

    private static ChatCall call(String request, boolean showUsage) {
        return new ChatCall(request.getBytes(StandardCharsets.UTF_8), "public", Set.of(), showUsage);
    }

    private static final String REQUEST =
            "{\"model\":\"public\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    private Opening open(URI base, boolean showUsage, Quirk... quirks) {
        return adapter.open(target(base, quirks), call(REQUEST, showUsage), new Patience(LONG, LONG, LONG));
    }

    private Heard hear(String events, boolean showUsage, Quirk... quirks) {
        var bytes = answer("text/event-stream", events).getBytes(StandardCharsets.UTF_8);
        try (var provider = RawServer.start(connection -> {
            while (connection.readRequest()) {
                connection.write(bytes);
            }
        })) {
            return Heard.of(Heard.streaming(open(provider.uri("/v1"), showUsage, quirks)));
        }
    }

    private Heard hear(String events) {
        var heard = hear(events, false);
        ChunkRules.hold(heard, "public", false);
        ChunkRules.hold(hear(events, true), "public", true);
        return heard;
    }

    private static Failure failure(Heard heard) {
        return failure(heard.broken());
    }

    private static Failure failure(ProviderOutcome outcome) {
        return switch (outcome) {
            case ProviderOutcome.Retryable(var failure) -> failure;
            case ProviderOutcome.Terminal(var failure) -> failure;
            case ProviderOutcome.RateLimited(var failure, var wait) -> failure;
            default -> throw new AssertionError(outcome.toString());
        };
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }

    @Test
    void what_conforms_is_relayed_byte_for_byte() {
        var odd =
                "{ \"id\":\"c1\",\"created\":5, \"object\":\"chat.completion.chunk\",\"model\":\"public\" ,\"x\":[1.50e2],"
                        + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\\u00e4 \u00e4 \\ud83d\"},\"logprobs\":{\"content\":[]},"
                        + "\"finish_reason\":null}] }";
        var heard = hear(ROLE + event(odd) + chunk(STOP) + DONE, false);
        assertThat(text(heard.chunks().get(1).json())).isEqualTo(odd);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"id\":\"c1\",\"model\":\"up\",\"usage\":null,\"created\":5|{\"id\":\"c1\",\"model\":\"public\",\"created\":5",
                "{\"id\":\"c1\", \"error\": null , \"model\" :\"u\\\"p\", \"created\":5,\"usage\":null|"
                        + "{\"id\":\"c1\" , \"model\" :\"public\", \"created\":5",
                "{\"id\":\"c1\",\"created\":5,\"model\":\"up\",\"obfuscation\":\"abc\"|"
                        + "{\"id\":\"c1\",\"created\":5,\"model\":\"public\",\"obfuscation\":\"abc\"",
            })
    void only_the_models_name_and_what_must_not_be_seen_is_changed_in_a_chunk_that_conforms(String sent, String told) {
        var rest =
                ",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\\ud83d\"},"
                        + "\"finish_reason\":null}]}";
        var heard = hear(ROLE + event(sent + rest) + chunk(STOP) + DONE, false);
        assertThat(text(heard.chunks().get(1).json())).isEqualTo(told + rest);
    }

    @Test
    void the_model_is_the_callers_name_for_it() {
        assertThat(hear(WHOLE + DONE).text(0)).isEqualTo("hi");
    }

    @Test
    void usage_on_the_finish_chunk_goes_into_a_chunk_of_its_own() {
        var heard = hear(ROLE
                + HI
                + chunk(
                        STOP,
                        ",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11,"
                                + "\"prompt_tokens_details\":{\"cached_tokens\":4},"
                                + "\"completion_tokens_details\":{\"reasoning_tokens\":1}}")
                + DONE);
        assertThat(heard.end().usage()).isEqualTo(new Usage(9, 2, 4, 1, false));
    }

    @Test
    void usage_in_every_chunk_counts_as_it_was_told_last() {
        var heard = hear(ROLE
                + chunk(
                        "{\"index\":0,\"delta\":{\"content\":\"hi\"},\"finish_reason\":null}",
                        ",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1}")
                + chunk(STOP, ",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}")
                + chunk("", ",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3}")
                + DONE);
        assertThat(heard.end().usage()).isEqualTo(new Usage(9, 3, 0, 0, false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",\"choices\":null"})
    void a_usage_chunk_may_have_no_choices_at_all(String choices) {
        var heard = hear(WHOLE
                + event("{\"id\":\"c1\",\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":3}" + choices + "}")
                + DONE);
        assertThat(heard.end().usage().completion()).isEqualTo(3);
    }

    @Test
    void usage_that_is_not_told_is_guessed_from_the_words_and_marked() {
        var heard = hear(ROLE + delta("\"content\":\"twelve chars\"") + chunk(STOP) + DONE);
        assertThat(heard.end().usage().estimated()).isTrue();
        assertThat(heard.end().usage().completion()).isEqualTo(3);
        assertThat(heard.usageChunk().path("usage").path("estimated").asBoolean())
                .isTrue();
    }

    @Test
    void a_repeated_role_is_said_once() {
        var heard = hear(ROLE
                + delta("\"role\":\"assistant\",\"content\":\"h\"")
                + delta("\"role\":\"assistant\",\"content\":\"i\"")
                + chunk("{\"index\":0,\"delta\":{\"role\":\"assistant\"},\"finish_reason\":\"stop\"}")
                + DONE);
        assertThat(heard.text(0)).isEqualTo("hi");
        assertThat(heard.finishReasons(0)).containsExactly("stop");
    }

    @Test
    void a_missing_role_is_added_to_the_first_chunk() {
        assertThat(hear(HI + HI + chunk(STOP) + DONE).text(0)).isEqualTo("hihi");
    }

    @Test
    void a_finish_reason_on_the_last_words_comes_after_them() {
        var heard =
                hear(ROLE + chunk("{\"index\":0,\"delta\":{\"content\":\"hi\"},\"finish_reason\":\"length\"}") + DONE);
        assertThat(heard.text(0)).isEqualTo("hi");
        assertThat(heard.finishReasons(0)).containsExactly("length");
        assertThat(heard.chunks().getLast().token()).isFalse();
    }

    @Test
    void an_answer_in_one_chunk_is_an_answer() {
        var heard = hear(
                chunk("{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"hi\"},\"finish_reason\":\"stop\"}")
                        + DONE);
        assertThat(heard.text(0)).isEqualTo("hi");
    }

    @Test
    void what_follows_the_finish_reason_is_left_out() {
        var heard = hear(WHOLE + delta("") + HI + chunk(STOP) + DONE);
        assertThat(heard.text(0)).isEqualTo("hi");
        assertThat(heard.finishReasons(0)).containsExactly("stop");
    }

    @Test
    void an_index_that_is_missing_is_the_position() {
        var heard = hear(chunk("{\"delta\":{\"role\":\"assistant\",\"content\":\"hi\"}}")
                + chunk("{\"delta\":{},\"finish_reason\":\"stop\"}")
                + DONE);
        assertThat(heard.text(0)).isEqualTo("hi");
    }

    @Test
    void an_id_that_changes_or_is_missing_is_the_first_one() {
        var other = HI.replace("\"c1\"", "\"c2\"").replace("\"created\":5", "\"created\":6");
        var none = HI.replace("\"id\":\"c1\",", "")
                .replace("\"created\":5,", "")
                .replace("\"object\":\"chat.completion.chunk\",", "");
        assertThat(hear(ROLE + other + none + chunk(STOP) + DONE).text(0)).isEqualTo("hihi");
        assertThat(hear(none + other + chunk(STOP) + DONE).text(0)).isEqualTo("hihi");
    }

    @Test
    void an_error_of_null_does_not_reach_the_caller() {
        assertThat(hear(WHOLE.replace("\"choices\"", "\"error\":null,\"choices\"") + DONE)
                        .text(0))
                .isEqualTo("hi");
        assertThat(hear(WHOLE.replace("{\"id\"", "{\"error\":null,\"id\"") + DONE)
                        .text(0))
                .isEqualTo("hi");
    }

    @Test
    void a_chunk_without_choices_that_tells_of_the_prompt_is_left_out() {
        var heard = hear(event("{\"id\":\"\",\"object\":\"\",\"created\":0,\"model\":\"\",\"choices\":[],"
                        + "\"prompt_filter_results\":[]}")
                + WHOLE
                + DONE);
        assertThat(heard.text(0)).isEqualTo("hi");
    }

    private static String calls(String fragments) {
        return delta("\"tool_calls\":[" + fragments + "]");
    }

    private static String fragment(int index, String id, String name, String arguments) {
        return "{\"index\":" + index + ",\"id\":\"" + id + "\",\"type\":\"function\",\"function\":{\"name\":\"" + name
                + "\",\"arguments\":\"" + arguments + "\"}}";
    }

    private static final String CALLED = chunk("{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}");

    @Test
    void a_tool_calls_id_type_and_name_come_once_however_often_they_were_sent() {
        var heard = hear(ROLE
                + calls(fragment(0, "a", "f", ""))
                + calls(fragment(0, "a", "f", "1"))
                + calls(fragment(0, "a", "f", "2"))
                + CALLED
                + DONE);
        assertThat(heard.arguments(0, 0)).isEqualTo("12");
        assertThat(heard.deltas(0).get(1).path("tool_calls").path(0).path("id").asString())
                .isEqualTo("a");
    }

    @Test
    void calls_that_are_all_counted_as_the_first_are_told_apart_by_their_ids() {
        var heard = hear(ROLE
                + calls(fragment(0, "a", "f", "1"))
                + calls(fragment(0, "b", "g", "2"))
                + calls("{\"index\":0,\"function\":{\"arguments\":\"3\"}}")
                + CALLED
                + DONE);
        assertThat(heard.arguments(0, 0)).isEqualTo("1");
        assertThat(heard.arguments(0, 1)).isEqualTo("23");
    }

    @Test
    void fragments_without_an_index_go_on_with_the_last_call() {
        var heard = hear(ROLE
                + calls("{\"id\":\"a\",\"function\":{\"name\":\"f\"}}")
                + calls("{\"function\":{\"arguments\":\"1\"}}")
                + calls("{\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"2\"}}")
                + calls("{\"function\":{\"arguments\":\"3\"}}")
                + CALLED
                + DONE);
        assertThat(heard.arguments(0, 0)).isEqualTo("1");
        assertThat(heard.arguments(0, 1)).isEqualTo("23");
    }

    @Test
    void calls_are_counted_from_0_as_they_appear() {
        var heard = hear(ROLE
                + calls(fragment(3, "a", "f", "1"))
                + calls("{\"index\":3,\"function\":{\"arguments\":\"2\"}}")
                + calls(fragment(7, "b", "g", "3"))
                + CALLED
                + DONE);
        assertThat(heard.arguments(0, 0)).isEqualTo("12");
        assertThat(heard.arguments(0, 1)).isEqualTo("3");
    }

    @Test
    void several_calls_in_one_chunk_and_their_arguments_as_plain_fragments_arrive() {
        var heard = hear(ROLE
                + calls(fragment(0, "a", "f", "") + "," + fragment(1, "b", "g", ""))
                + calls("{\"index\":1,\"function\":{\"arguments\":\"2\"}}")
                + calls("{\"index\":0,\"function\":{\"arguments\":\"1\"}}")
                + CALLED
                + DONE);
        assertThat(heard.arguments(0, 0)).isEqualTo("1");
        assertThat(heard.arguments(0, 1)).isEqualTo("2");
    }

    @Test
    void several_choices_are_whole_when_each_has_its_finish_reason() {
        var two = chunk("{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"a\"},\"finish_reason\":null}")
                + chunk("{\"index\":1,\"delta\":{\"role\":\"assistant\",\"content\":\"b\"},\"finish_reason\":null}")
                + chunk(STOP);
        var heard = hear(two
                + chunk("{\"index\":1,\"delta\":{\"content\":\"c\"},\"finish_reason\":null}")
                + chunk("{\"index\":1,\"delta\":{},\"finish_reason\":\"length\"}")
                + DONE);
        assertThat(heard.text(0)).isEqualTo("a");
        assertThat(heard.text(1)).isEqualTo("bc");
        assertThat(heard.finishReasons(1)).containsExactly("length");
        assertThat(failure(hear(two + DONE)).kind()).isEqualTo("malformed_answer");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"refusal\":\"No.\"",
                "\"reasoning_content\":\"hm\"",
                "\"reasoning\":\"hm\"",
                "\"function_call\":{\"name\":\"f\",\"arguments\":\"\"}",
                "\"audio\":{\"id\":\"a\"}",
                "\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\"}}]"
            })
    void other_words_than_content_are_tokens_too(String delta) {
        var heard = hear(ROLE + delta(delta) + chunk(STOP) + DONE);
        assertThat(heard.chunks().get(0).token()).isFalse();
        assertThat(heard.chunks().get(1).token()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"length", "content_filter"})
    void an_answer_that_says_why_it_is_empty_is_an_answer(String reason) {
        hear(ROLE + chunk(STOP.replace("stop", reason)) + DONE).end();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "7",
                "\"text\"",
                "{}",
                "{\"choices\":{}}",
                "{\"choices\":[7]}",
                "<html>",
                "{\"choices\":["
            })
    void an_event_that_is_no_chunk_has_failed(String json) {
        assertThat(failure(hear(ROLE + HI + event(json) + chunk(STOP) + DONE, false))
                        .kind())
                .isEqualTo("malformed_answer");
    }

    @Test
    void a_stream_with_its_marker_alone_or_without_words_or_without_anything_has_failed() {
        for (var events :
                new String[] {DONE, "", ": ping\n\n", ROLE + chunk(STOP) + DONE, ROLE + DONE, ROLE + HI + DONE}) {
            assertThat(failure(hear(events, false)).kind()).as(events).isEqualTo("malformed_answer");
        }
    }

    @Test
    void the_marker_is_the_end_unless_the_provider_is_known_to_send_none() {
        assertThat(failure(hear(WHOLE, false)).kind()).isEqualTo("malformed_answer");
        assertThat(hear(WHOLE, false, Quirk.NO_DONE).end().usage().completion()).isEqualTo(1);
        assertThat(hear(WHOLE + DONE, false, Quirk.NO_DONE).text(0)).isEqualTo("hi");
        assertThat(failure(hear(ROLE + HI, false, Quirk.NO_DONE)).kind()).isEqualTo("malformed_answer");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"error\":{\"message\":\"m\",\"type\":\"server_error\"}}                                   | provider_error",
                "{\"error\":{\"message\":\"m\",\"type\":\"tokens\",\"code\":\"rate_limit_exceeded\"}}        | rate_limited",
                "{\"error\":{\"message\":\"m\",\"code\":\"insufficient_quota\"}}                             | quota_exhausted",
                "{\"error\":{\"message\":\"m\",\"code\":429}}                                                | rate_limited",
                "{\"error\":{\"message\":\"m\",\"code\":\"502\"}}                                            | provider_error",
                "{\"error\":{\"message\":\"m\",\"code\":\"context_length_exceeded\"}}                        | context_too_long",
                "{\"error\":{\"message\":\"m\",\"code\":\"content_filter\"}}                                 | content_refused",
                "{\"error\":{\"message\":\"m\",\"type\":\"authentication_error\"}}                           | invalid_key",
                "{\"error\":{\"message\":\"m\",\"code\":\"model_not_found\"}}                                | model_unavailable",
                "{\"error\":{\"message\":\"m\",\"code\":\"never seen\"}}                                     | provider_error",
                "{\"error\":\"overloaded\"}                                                                  | provider_error",
            })
    void an_error_in_the_stream_means_what_it_means_with_a_status(String error, String kind) {
        for (var before : new String[] {"", ROLE + HI}) {
            var failure = failure(hear(before + event(error), false));
            assertThat(failure.kind()).isEqualTo(kind);
            assertThat(failure.httpStatus()).hasValue(200);
            assertThat(failure.requestId()).hasValue("req_1");
            assertThat(failure(hear(before + "event: error\n" + event(error) + DONE, false))
                            .kind())
                    .isEqualTo(kind);
        }
    }

    @Test
    void an_error_beside_a_finish_reason_is_an_error() {
        assertThat(failure(hear(ROLE + HI + chunk(STOP.replace("stop", "error")) + DONE, false))
                        .kind())
                .isEqualTo("provider_error");
    }

    @Test
    void a_key_that_an_error_repeats_is_not_kept() {
        var failure = failure(hear(
                event("{\"error\":{\"message\":\"key " + Simulated.KEY.secret().reveal() + "\",\"param\":\""
                        + Simulated.KEY.secret().reveal() + "\"}}"),
                false));
        assertThat(failure.toString()).doesNotContain("canary").contains("****");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/html", "application/octet-stream"})
    void an_answer_of_200_that_is_no_stream_has_failed(String type) {
        try (var provider = RawServer.answering(answer(type, WHOLE + DONE))) {
            assertThat(open(provider.uri("/v1"), false))
                    .isInstanceOfSatisfying(
                            Opening.Failed.class,
                            failed ->
                                    assertThat(failure(failed.outcome()).kind()).isEqualTo("malformed_answer"));
        }
    }

    @Test
    void an_error_object_with_200_means_what_it_says() {
        try (var provider = RawServer.answering(
                answer("application/json", "{\"error\":{\"message\":\"m\",\"code\":\"insufficient_quota\"}}"))) {
            assertThat(open(provider.uri("/v1"), false))
                    .isInstanceOfSatisfying(
                            Opening.Failed.class,
                            failed ->
                                    assertThat(failure(failed.outcome()).kind()).isEqualTo("quota_exhausted"));
        }
    }

    @Test
    void a_stream_of_no_or_a_plain_type_is_a_stream() {
        for (var head : new String[] {"", "Content-Type: text/plain\r\n"}) {
            var events = WHOLE + DONE;
            try (var provider = RawServer.answering(
                    "HTTP/1.1 200 OK\r\n" + head + "Content-Length: " + events.length() + "\r\n\r\n" + events)) {
                assertThat(Heard.of(Heard.streaming(open(provider.uri("/v1"), false)))
                                .text(0))
                        .isEqualTo("hi");
            }
        }
    }

    @Test
    void the_connection_is_used_again_after_the_end() {
        try (var provider = RawServer.start(connection -> {
            while (connection.readRequest()) {
                connection.write(
                        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + Integer.toHexString((WHOLE + DONE).length()) + "\r\n" + WHOLE + DONE + "\r\n");
                connection.write("0\r\n\r\n");
            }
        })) {
            for (int i = 0; i < 3; i++) {
                assertThat(Heard.of(Heard.streaming(open(provider.uri("/v1"), false)))
                                .text(0))
                        .isEqualTo("hi");
            }
            assertThat(provider.connections()).hasSize(1);
        }
    }

    private String sent(String request, Quirk... quirks) {
        try (var provider = RawServer.answering(answer("text/event-stream", WHOLE + DONE))) {
            var opening = adapter.open(
                    target(provider.uri("/v1"), quirks), call(request, false), new Patience(LONG, LONG, LONG));
            Heard.of(Heard.streaming(opening));
            var text = provider.requests().getFirst();
            return text.substring(text.indexOf("\r\n\r\n") + 4);
        }
    }

    @Test
    void usage_is_always_asked_for_unless_the_provider_refuses_the_option() {
        assertThat(sent(REQUEST)).contains("\"stream\":true", "\"stream_options\":{\"include_usage\":true}");
        var options = REQUEST.replace(
                "\"stream\":true", "\"stream_options\":{\"include_usage\":false,\"include_obfuscation\":false}");
        assertThat(sent(options))
                .contains("\"stream\":true", "\"include_usage\":true", "\"include_obfuscation\":false");
        assertThat(sent(options, Quirk.NO_USAGE_OPTION))
                .contains("\"stream\":true")
                .doesNotContain("stream_options");
    }

    @Test
    void what_a_provider_tells_of_its_usage_beside_the_usual_reaches_the_caller_who_asked() {
        var heard = hear(WHOLE
                + chunk(
                        "",
                        ",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"cost\":0.10,"
                                + "\"prompt_tokens_details\":{\"audio_tokens\":1}}")
                + DONE);
        assertThat(text(heard.end().usageChunk()))
                .contains("\"cost\":0.10", "\"audio_tokens\":1", "\"total_tokens\":11")
                .doesNotContain("estimated");
    }

    @Test
    void a_parameter_that_may_go_is_told_by_the_stream_and_one_that_may_not_is_refused_before_anything_is_sent() {
        var traits = new Traits(Set.of(), Set.of("seed"), Optional.empty(), 0);
        var request = REQUEST.replace("{\"model\"", "{\"seed\":7,\"model\"").getBytes(StandardCharsets.UTF_8);
        try (var provider = RawServer.answering(answer("text/event-stream", WHOLE + DONE))) {
            var target = new Target("raw", provider.uri("/v1"), "upstream", Simulated.KEY, LONG, traits);
            var patience = new Patience(LONG, LONG, LONG);
            assertThat(adapter.open(target, new ChatCall(request, "public", Set.of(), false), patience))
                    .isInstanceOfSatisfying(
                            Opening.Failed.class,
                            failed -> assertThat(failed.outcome()).isInstanceOf(ProviderOutcome.Unfit.class));
            assertThat(provider.requests()).isEmpty();
            var stream = Heard.streaming(
                    adapter.open(target, new ChatCall(request, "public", Set.of("seed"), false), patience));
            assertThat(stream.dropped()).containsExactly("seed");
            assertThat(Heard.of(stream).text(0)).isEqualTo("hi");
            assertThat(provider.requests().getFirst()).doesNotContain("seed");
        }
    }

    @Test
    void a_reader_that_takes_its_time_is_not_taken_for_a_slow_provider() throws InterruptedException {
        var read = new CountDownLatch(1);
        var patience = Duration.ofMillis(300);
        try (var provider = RawServer.start(connection -> {
            connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + ROLE + HI);
            try {
                read.await();
            } catch (InterruptedException interrupted) {
                throw new AssertionError(interrupted);
            }
            connection.write(HI + chunk(STOP) + DONE);
        })) {
            var stream = Heard.streaming(adapter.open(
                    target(provider.uri("/v1")), call(REQUEST, false), new Patience(LONG, patience, patience)));
            stream.next();
            stream.next();
            Thread.sleep(patience.multipliedBy(2));
            read.countDown();
            assertThat(Heard.of(stream).text(0)).isEqualTo("hi");
        }
    }

    @Test
    void comments_and_chunks_without_a_token_do_not_make_a_provider_quicker() {
        try (var provider = RawServer.start(connection -> {
            connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + ROLE + HI);
            while (true) {
                connection.write(": ping\n\n" + delta("\"content\":\"\""));
                try {
                    Thread.sleep(20);
                } catch (InterruptedException interrupted) {
                    throw new AssertionError(interrupted);
                }
            }
        })) {
            var heard = Heard.of(Heard.streaming(adapter.open(
                    target(provider.uri("/v1")),
                    call(REQUEST, false),
                    new Patience(LONG, LONG, Duration.ofMillis(300)))));
            assertThat(failure(heard).kind()).isEqualTo("timeout");
        }
    }
}
