package dev.millrace.api.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.millrace.api.fixture.ApiClient;
import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.SharedApi;
import dev.millrace.api.fixture.Submissions;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class BadInputTest {

    private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]";

    private final RunningApi api = SharedApi.get();
    private final ApiClient caller = api.newCaller();

    static Stream<Arguments> refused() {
        return Stream.of(
                // The envelope.
                arguments("a field that is not known", Submissions.chat(",\"modle\":\"x\""), "modle", 400),
                arguments("no kind", "{\"request\":{\"model\":\"test-chat\"," + MESSAGES + "}}", "kind", 400),
                arguments("a kind that is none", "{\"kind\":\"audio\",\"request\":{}}", "kind", 400),
                arguments("a kind of another type", "{\"kind\":7,\"request\":{}}", "kind", 400),
                arguments("no request", "{\"kind\":\"chat\"}", "request", 400),
                arguments("a request that is no object", "{\"kind\":\"chat\",\"request\":\"Hi\"}", "request", 400),
                arguments("a request that is null", "{\"kind\":\"chat\",\"request\":null}", "request", 400),
                arguments("a priority too high", Submissions.chat(",\"priority\":4"), "priority", 400),
                arguments("a priority below zero", Submissions.chat(",\"priority\":-1"), "priority", 400),
                arguments("half a priority", Submissions.chat(",\"priority\":1.5"), "priority", 400),
                arguments("a huge priority", Submissions.chat(",\"priority\":99999999999999999999"), "priority", 400),
                // Chat.
                arguments("a chat without a model", chat("{" + MESSAGES + "}"), "request.model", 400),
                arguments("an empty model", chat("{\"model\":\"\"," + MESSAGES + "}"), "request.model", 400),
                arguments("a model of another type", chat("{\"model\":1," + MESSAGES + "}"), "request.model", 400),
                arguments(
                        "a model that nobody has",
                        chat("{\"model\":\"gpt-9\"," + MESSAGES + "}"),
                        "request.model",
                        404),
                arguments(
                        "a model of another kind",
                        chat("{\"model\":\"test-video\"," + MESSAGES + "}"),
                        "request.model",
                        404),
                arguments("no messages", chat("{\"model\":\"test-chat\"}"), "request.messages", 400),
                arguments("empty messages", chat("{\"model\":\"test-chat\",\"messages\":[]}"), "request.messages", 400),
                arguments(
                        "messages that are no array",
                        chat("{\"model\":\"test-chat\",\"messages\":\"Hi\"}"),
                        "request.messages",
                        400),
                arguments(
                        "a message that is no object",
                        chat("{\"model\":\"test-chat\",\"messages\":[{},\"Hi\"]}"),
                        "request.messages[1]",
                        400),
                arguments("a stream", Submissions.chatWith(",\"stream\":true"), "request.stream", 400),
                arguments(
                        "a stream of another type", Submissions.chatWith(",\"stream\":\"yes\""), "request.stream", 400),
                // Video.
                arguments("a video without a prompt", video("{\"model\":\"test-video\"}"), "request.prompt", 400),
                arguments(
                        "an empty prompt", video("{\"model\":\"test-video\",\"prompt\":\"\"}"), "request.prompt", 400),
                arguments(
                        "a blank prompt",
                        video("{\"model\":\"test-video\",\"prompt\":\" \\n\"}"),
                        "request.prompt",
                        400),
                arguments(
                        "a prompt of another type",
                        video("{\"model\":\"test-video\",\"prompt\":[\"x\"]}"),
                        "request.prompt",
                        400),
                arguments(
                        "a prompt too long",
                        video("{\"model\":\"test-video\",\"prompt\":\"" + "x".repeat(32_001) + "\"}"),
                        "request.prompt",
                        400),
                arguments("a video without a model", video("{\"prompt\":\"A cat\"}"), "request.model", 400),
                arguments("a streamed video", Submissions.videoWith(",\"stream\":true"), "request.stream", 400),
                arguments("no seconds", Submissions.videoWith(",\"seconds\":\"0\""), "request.seconds", 400),
                arguments("half a second", Submissions.videoWith(",\"seconds\":4.5"), "request.seconds", 400),
                arguments("seconds in words", Submissions.videoWith(",\"seconds\":\"four\""), "request.seconds", 400),
                arguments("a size that is none", Submissions.videoWith(",\"size\":\"large\""), "request.size", 400),
                arguments("a size of another type", Submissions.videoWith(",\"size\":720"), "request.size", 400),
                // Metadata.
                arguments("metadata that is no object", Submissions.chat(",\"metadata\":[]"), "metadata", 400),
                arguments("17 pairs", Submissions.chat(",\"metadata\":" + pairs(17)), "metadata", 400),
                arguments("a value that is no text", Submissions.chat(",\"metadata\":{\"a\":1}"), "metadata.a", 400),
                arguments(
                        "a value too long",
                        Submissions.chat(",\"metadata\":{\"a\":\"" + "x".repeat(513) + "\"}"),
                        "metadata.a",
                        400),
                arguments(
                        "a key too long",
                        Submissions.chat(",\"metadata\":{\"" + "k".repeat(65) + "\":\"x\"}"),
                        "metadata",
                        400),
                arguments("an empty key", Submissions.chat(",\"metadata\":{\"\":\"x\"}"), "metadata", 400),
                arguments(
                        "a NUL in a value", Submissions.chat(",\"metadata\":{\"a\":\"x\\u0000\"}"), "metadata.a", 400),
                arguments("a NUL in a key", Submissions.chat(",\"metadata\":{\"a\\u0000\":\"x\"}"), "metadata", 400),
                arguments("half a character", Submissions.chat(",\"metadata\":{\"a\":\"\\ud800\"}"), "metadata.a", 400),
                // The webhook's address.
                arguments(
                        "plain http",
                        Submissions.chat(",\"webhook_url\":\"http://example.com/hook\""),
                        "webhook_url",
                        400),
                arguments(
                        "loopback",
                        Submissions.chat(",\"webhook_url\":\"https://127.0.0.1/hook\""),
                        "webhook_url",
                        400),
                arguments(
                        "a number for an address",
                        Submissions.chat(",\"webhook_url\":\"https://2130706433/\""),
                        "webhook_url",
                        400),
                arguments("localhost", Submissions.chat(",\"webhook_url\":\"https://localhost/\""), "webhook_url", 400),
                arguments(
                        "a password in the address",
                        Submissions.chat(",\"webhook_url\":\"https://a:b@example.com/\""),
                        "webhook_url",
                        400),
                arguments(
                        "a line break in the address",
                        Submissions.chat(",\"webhook_url\":\"https://example.com/\\r\\nX: y\""),
                        "webhook_url",
                        400),
                arguments("no address", Submissions.chat(",\"webhook_url\":\"\""), "webhook_url", 400),
                arguments("an address of another type", Submissions.chat(",\"webhook_url\":{}"), "webhook_url", 400),
                // Settings that would be an address, a key, a header or a route.
                arguments(
                        "an address as a setting",
                        Submissions.chatWith(",\"api_base\":\"https://evil.example\""),
                        "request.api_base",
                        400),
                arguments(
                        "a key two levels down",
                        Submissions.chatWith(",\"extra\":{\"api_key\":\"sk-1\"}"),
                        "request.extra.api_key",
                        400),
                arguments(
                        "headers in a list",
                        Submissions.chatWith(",\"plugins\":[{\"headers\":{}}]"),
                        "request.plugins.headers",
                        400),
                arguments(
                        "a route",
                        Submissions.videoWith(",\"provider\":{\"order\":[\"a\"]}"),
                        "request.provider",
                        400));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void is_refused_by_name_and_nothing_is_stored(String what, String body, String param, int status) {
        var reply = caller.post("/v1/jobs", body);

        assertThat(reply.status()).as(what).isEqualTo(status);
        assertThat(reply.param()).isEqualTo(param);
        assertThat(reply.message()).isNotBlank();
        assertThat(caller.get("/v1/jobs").json().path("data").size()).isZero();
    }

    @Test
    void an_unknown_model_is_a_404_with_the_code_model_not_found_that_names_it() {
        var reply = caller.post("/v1/jobs", chat("{\"model\":\"gpt-9\"," + MESSAGES + "}"));

        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.code()).isEqualTo("model_not_found");
        assertThat(reply.param()).isEqualTo("request.model");
    }

    static Stream<Arguments> broken() {
        return Stream.of(
                arguments("nothing", ""),
                arguments("no JSON", "kind=chat"),
                arguments("half of it", "{\"kind\":\"chat\",\"request\":{"),
                arguments("an array", "[]"),
                arguments("a text", "\"chat\""),
                arguments("null", "null"),
                arguments("two objects", Submissions.chat() + Submissions.chat()),
                arguments("a comment", "{/* */\"kind\":\"chat\"}"),
                arguments("single quotes", "{'kind':'chat'}"),
                arguments("a name twice", "{\"kind\":\"chat\",\"kind\":\"chat\",\"request\":{}}"),
                arguments("a name twice in the request", Submissions.chatWith(",\"n\":1,\"n\":2")),
                arguments(
                        "a name twice in a message",
                        chat("{\"model\":\"test-chat\",\"messages\":[{\"role\":\"user\",\"role\":\"system\"}]}")),
                arguments("65 levels", Submissions.chatWith(",\"a\":" + "[".repeat(63) + "]".repeat(63))),
                arguments(
                        "65 levels of data",
                        chat("{\"model\":\"test-chat\",\"messages\":[{\"content\":" + "[".repeat(61) + "]".repeat(61)
                                + "}]}")),
                arguments("a number of 2,000 digits", Submissions.chatWith(",\"seed\":" + "1".repeat(2_000))),
                arguments("a name of 2,000 characters", Submissions.chatWith(",\"" + "n".repeat(2_000) + "\":1")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void that_is_not_JSON_as_it_should_be_is_a_400(String what, String body) {
        var reply = caller.post("/v1/jobs", body);

        assertThat(reply.status()).as(what).isEqualTo(400);
        assertThat(reply.code()).isIn("invalid_json", "json_too_complex");
        assertThat(reply.message())
                .as("words for the caller, not the parser's own")
                .doesNotContain("Source", "StreamRead", "Feature", "\n");
        assertThat(caller.get("/v1/jobs").json().path("data").size()).isZero();
    }

    @Test
    void JSON_of_64_levels_is_fine() {
        assertThat(caller.post("/v1/jobs", Submissions.chatWith(",\"a\":" + "[".repeat(62) + "]".repeat(62)))
                        .status())
                .isEqualTo(202);
    }

    @Test
    void JSON_in_another_encoding_than_UTF_8_is_refused() {
        for (var encoding : new java.nio.charset.Charset[] {StandardCharsets.UTF_16, StandardCharsets.UTF_16LE}) {
            assertThat(caller.post("/v1/jobs", Submissions.chat().getBytes(encoding))
                            .status())
                    .isEqualTo(400);
        }
        var broken = Submissions.chat().replace("Hello", "H\u00fcllo").getBytes(StandardCharsets.ISO_8859_1);
        assertThat(caller.post("/v1/jobs", broken).status()).isEqualTo(400);
    }

    @Test
    void the_most_that_is_allowed_is_allowed() {
        assertThat(caller.post("/v1/jobs", Submissions.chat(",\"metadata\":" + pairs(16)))
                        .status())
                .isEqualTo(202);
        assertThat(caller.post(
                                "/v1/jobs",
                                Submissions.chat(
                                        ",\"metadata\":{\"" + "k".repeat(64) + "\":\"" + "\uD83D\uDE00".repeat(512)
                                                + "\"},\"priority\":3,\"webhook_url\":\"https://example.com/hook\""))
                        .status())
                .isEqualTo(202);
        assertThat(caller.post(
                                "/v1/jobs",
                                video("{\"model\":\"test-video\",\"prompt\":\"" + "x".repeat(32_000)
                                        + "\",\"seconds\":\"12\",\"size\":\"1792x1024\"}"))
                        .status())
                .isEqualTo(202);
    }

    @Test
    void null_is_the_same_as_absent() {
        assertThat(caller.post(
                                "/v1/jobs",
                                "{\"kind\":\"chat\",\"webhook_url\":null,\"metadata\":null,\"priority\":null,\"request\":"
                                        + "{\"model\":\"test-chat\"," + MESSAGES + ",\"stream\":null,\"stop\":null}}")
                        .status())
                .isEqualTo(202);
        assertThat(caller.post("/v1/jobs", Submissions.videoWith(",\"seconds\":null,\"size\":null,\"stream\":false"))
                        .status())
                .isEqualTo(202);
    }

    private static String chat(String request) {
        return "{\"kind\":\"chat\",\"request\":" + request + "}";
    }

    private static String video(String request) {
        return "{\"kind\":\"video\",\"request\":" + request + "}";
    }

    private static String pairs(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "\"k" + i + "\":\"v\"")
                .collect(Collectors.joining(",", "{", "}"));
    }
}
