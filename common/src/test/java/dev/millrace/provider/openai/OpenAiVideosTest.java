package dev.millrace.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.ProviderOutcome.Accepted;
import dev.millrace.provider.ProviderOutcome.Indeterminate;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import dev.millrace.provider.VideoAdapter.Fetch;
import dev.millrace.provider.VideoAdapter.Poll;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/// What only the OpenAI format has, and what those who say that they speak it make of it.
@DisplayNameGeneration(ReplaceUnderscores.class)
class OpenAiVideosTest {

    private static final byte[] REQUEST =
            "{\"model\":\"public\",\"prompt\":\"a cat\",\"input_reference\":{\"file_id\":\"f\"}}"
                    .getBytes(StandardCharsets.UTF_8);

    private final OpenAiVideos adapter = new OpenAiVideos(Simulated.HTTP, Simulated.GUARDED, JsonMapper.shared());

    private static Target target(URI base) {
        return new Target("raw", base, "sora", Simulated.KEY, Duration.ofSeconds(10), Traits.NONE);
    }

    private ProviderOutcome create(String answer) {
        try (var provider = RawServer.answering(answer)) {
            return adapter.create(target(provider.uri("/v1")), REQUEST, Set.of(), _ -> true);
        }
    }

    private Poll poll(String body) {
        try (var provider = RawServer.answering(RawServer.json(body))) {
            return adapter.poll(target(provider.uri("/v1")), "video_1");
        }
    }

    @Test
    void a_create_sends_the_request_as_it_is_for_the_targets_model_and_nothing_that_could_make_two_of_it() {
        try (var provider = RawServer.answering(RawServer.json("{\"id\":\"video_1\"}"))) {
            adapter.create(target(provider.uri("/v1")), REQUEST, Set.of(), _ -> true);
            assertThat(provider.requests()).singleElement().satisfies(request -> {
                assertThat(request).startsWith("POST /v1/videos HTTP/1.1\r\n");
                assertThat(Simulated.JSON.readTree(request.substring(request.indexOf("\r\n\r\n") + 4)))
                        .isEqualTo(Simulated.JSON.readTree(
                                "{\"model\":\"sora\",\"prompt\":\"a cat\",\"input_reference\":{\"file_id\":\"f\"}}"));
            });
        }
    }

    private static Target refusing(URI base, String... parameters) {
        var traits = new Traits(Set.of(), Set.of(parameters), Optional.empty(), 0);
        return new Target("raw", base, "sora", Simulated.KEY, Duration.ofSeconds(10), traits);
    }

    @Test
    void what_a_model_does_not_take_is_refused_by_name_and_nothing_is_sent() {
        try (var provider = RawServer.answering(RawServer.json("{\"id\":\"video_1\"}"))) {
            assertThat(adapter.create(
                            refusing(provider.uri("/v1"), "input_reference"), REQUEST, Set.of("seed"), _ -> true))
                    .isInstanceOfSatisfying(
                            ProviderOutcome.Unfit.class,
                            unfit -> assertThat(unfit.param()).isEqualTo("input_reference"));
            assertThat(provider.requests()).isEmpty();
        }
    }

    @Test
    void what_a_model_does_not_take_is_left_out_where_somebody_lets_it_go() {
        try (var provider = RawServer.answering(RawServer.json("{\"id\":\"video_1\"}"))) {
            var target = refusing(provider.uri("/v1"), "input_reference");
            var told = new ArrayList<String>();
            assertThat(adapter.create(target, REQUEST, Set.of("input_reference"), told::addAll))
                    .isInstanceOfSatisfying(
                            Accepted.class,
                            accepted -> assertThat(accepted.dropped()).containsExactly("input_reference"));
            assertThat(told).as("before the first byte").containsExactly("input_reference");
            assertThat(provider.requests().getFirst())
                    .doesNotContain("input_reference")
                    .contains("a cat");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"prompt", "seconds", "size"})
    void what_a_render_is_priced_and_looked_up_by_is_never_let_go(String essential) {
        var request = "{\"model\":\"public\",\"prompt\":\"a cat\",\"seconds\":\"8\",\"size\":\"1280x720\"}";
        try (var provider = RawServer.answering(RawServer.json("{\"id\":\"video_1\"}"))) {
            var target = refusing(provider.uri("/v1"), essential);
            assertThat(adapter.create(target, request.getBytes(StandardCharsets.UTF_8), Set.of(essential), _ -> true))
                    .isInstanceOfSatisfying(
                            ProviderOutcome.Unfit.class,
                            unfit -> assertThat(unfit.param()).isEqualTo(essential));
            assertThat(provider.requests()).isEmpty();
        }
    }

    @Test
    void a_create_whose_lease_has_ended_lets_not_a_byte_go() {
        try (var provider = RawServer.start(RawServer.Connection::readToEnd)) {
            assertThat(adapter.create(target(provider.uri("/v1")), REQUEST, Set.of(), _ -> false))
                    .isEqualTo(new ProviderOutcome.Withheld());
            assertThat(provider.bytesReceived()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"200 OK", "201 Created", "202 Accepted"})
    void any_2xx_with_an_id_is_an_accepted_create(String status) {
        assertThat(create(RawServer.answer(status, "application/json", "{\"id\":\"video_a-B.1~2:3\"}")))
                .isInstanceOfSatisfying(
                        Accepted.class,
                        accepted -> assertThat(accepted.operationId()).isEqualTo("video_a-B.1~2:3"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"id\":\"\"}",
                "{\"id\":null}",
                "{\"id\":7}",
                "{\"id\":\"../videos\"}",
                "{\"id\":\"a b\"}",
                "{\"id\":\"a/b\"}",
                "{\"id\":\"a?b\"}",
                "{\"id\":\"a\\u0000b\"}",
                "{\"error\":{\"message\":\"no\"}}",
                "[\"video_1\"]",
                "\"video_1\"",
                "{\"id\":\"video_1\"",
            })
    void a_2xx_whose_id_is_none_we_could_ask_for_is_indeterminate(String body) {
        assertThat(create(RawServer.json(body))).isInstanceOf(Indeterminate.class);
    }

    @Test
    void an_id_of_256_characters_is_kept_and_a_longer_one_is_indeterminate() {
        assertThat(create(RawServer.json("{\"id\":\"" + "v".repeat(256) + "\"}")))
                .isInstanceOf(Accepted.class);
        assertThat(create(RawServer.json("{\"id\":\"" + "v".repeat(257) + "\"}")))
                .isInstanceOf(Indeterminate.class);
    }

    @Test
    void a_create_tells_when_to_poll_first_where_the_provider_says_so() {
        assertThat(
                        create(
                                "HTTP/1.1 200 OK\r\nopenai-poll-after-ms: 2500\r\nContent-Length: 16\r\n\r\n{\"id\":\"video_1\"}"))
                .isInstanceOfSatisfying(
                        Accepted.class,
                        accepted -> assertThat(accepted.pollAfter()).isEqualTo(Duration.ofMillis(2_500)));
        assertThat(
                        create(
                                "HTTP/1.1 200 OK\r\nopenai-poll-after-ms: soon\r\nContent-Length: 16\r\n\r\n{\"id\":\"video_1\"}"))
                .isInstanceOfSatisfying(
                        Accepted.class,
                        accepted -> assertThat(accepted.pollAfter()).isEqualTo(Duration.ofSeconds(1)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"status\":\"queued\"} | 0",
                "{\"status\":\"in_progress\",\"progress\":42} | 42",
                "{\"status\":\"in_progress\",\"progress\":100} | 99",
                "{\"status\":\"in_progress\",\"progress\":-1} | 0",
                "{\"status\":\"in_progress\",\"progress\":null} | 0",
                "{\"status\":\"in_progress\",\"progress\":12.7} | 12",
                "{\"status\":\"in_progress\",\"progress\":\"half\"} | 0",
            })
    void a_progress_of_any_form_is_a_number_below_100(String body, int progress) {
        assertThat(poll(body))
                .isInstanceOfSatisfying(
                        Poll.Rendering.class,
                        rendering -> assertThat(rendering.progress()).isEqualTo(progress));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"status\":\"failed\"}",
                "{\"status\":\"failed\",\"error\":null}",
                "{\"status\":\"failed\",\"error\":\"x\"}",
                "{\"status\":\"failed\",\"error\":{\"code\":null,\"message\":null}}"
            })
    void a_failure_without_words_has_ours(String body) {
        assertThat(poll(body))
                .isEqualTo(new Poll.Failed(
                        "render_failed", "The provider says that the render failed.", Poll.Cause.LASTING));
    }

    @ParameterizedTest
    @CsvSource({
        "server_error,        PASSING",
        "timeout,             PASSING",
        "503,                 PASSING",
        "moderation_blocked,  LASTING",
        "sentinel_block,      LASTING",
        "invalid_request_error, LASTING",
        "rate_limit_exceeded, LASTING"
    })
    void a_failure_may_pass_where_its_code_is_that_of_the_providers_own_trouble(String code, Poll.Cause cause) {
        assertThat(poll("{\"status\":\"failed\",\"error\":{\"code\":\"" + code + "\",\"message\":\"No.\"}}"))
                .isEqualTo(new Poll.Failed(code, "No.", cause));
    }

    @Test
    void of_a_failures_words_a_part_is_kept_and_never_the_key() {
        assertThat(poll("{\"status\":\"failed\",\"error\":{\"code\":\"" + "c".repeat(1_000) + "\",\"message\":\"key "
                        + Simulated.KEY.secret().reveal() + " " + "x".repeat(100_000) + "\"}}"))
                .isInstanceOfSatisfying(Poll.Failed.class, failed -> {
                    assertThat(failed.message()).startsWith("key ****").hasSize(1_000);
                    assertThat(failed.code()).hasSize(200);
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "{\"status\":null}",
                "{\"status\":7}",
                "{\"status\":\"COMPLETED\"}",
                "{\"status\":\"cancelled\"}",
                "{\"status\":\"expired\"}",
                "{\"error\":{\"message\":\"gone\"}}",
                "{\"video\":{\"status\":\"failed\"}}"
            })
    void a_shape_that_nobody_knows_says_nothing(String body) {
        assertThat(poll(body)).isInstanceOf(Poll.Unknown.class);
    }

    @Test
    void an_operation_id_of_any_characters_stays_one_segment_of_the_path() {
        try (var provider = RawServer.answering(RawServer.json("{\"status\":\"completed\"}"))) {
            for (var id : List.of("a:b~c", "a/../b", "a b", "a?b#c", "ü")) {
                adapter.poll(target(provider.uri("/v1")), id);
            }
            assertThat(provider.requests())
                    .extracting(request -> request.lines().findFirst().orElse(""))
                    .containsExactly(
                            "GET /v1/videos/a%3Ab%7Ec HTTP/1.1",
                            "GET /v1/videos/a%2F..%2Fb HTTP/1.1",
                            "GET /v1/videos/a%20b HTTP/1.1",
                            "GET /v1/videos/a%3Fb%23c HTTP/1.1",
                            "GET /v1/videos/%C3%BC HTTP/1.1");
        }
    }

    @Test
    void a_redirect_within_the_providers_own_host_keeps_the_key() {
        try (var provider = RawServer.start(connection -> {
            connection.readRequest();
            connection.write("HTTP/1.1 307 Moved\r\nLocation: /files/1?x=y\r\nContent-Length: 0\r\n\r\n");
            connection.readRequest();
            connection.write(RawServer.answer("200 OK", "video/mp4", "bytes"));
        })) {
            assertThat(adapter.fetch(
                            target(provider.uri("/v1")),
                            "video_1",
                            (bytes, length, type) ->
                                    assertThat(bytes.readAllBytes()).asString().isEqualTo("bytes")))
                    .isEqualTo(new Fetch.Done());
            assertThat(provider.requests())
                    .hasSize(2)
                    .allMatch(request -> request.contains(
                            "Authorization: Bearer " + Simulated.KEY.secret().reveal()))
                    .last()
                    .satisfies(request -> assertThat(request).startsWith("GET /files/1?x=y HTTP/1.1\r\n"));
        }
    }

    @Test
    void five_redirects_are_followed_and_six_are_not() {
        for (int redirects : new int[] {5, 6}) {
            try (var provider = RawServer.start(connection -> {
                for (int i = 0; i < redirects; i++) {
                    connection.readRequest();
                    connection.write("HTTP/1.1 302 Found\r\nLocation: /" + i + "\r\nContent-Length: 0\r\n\r\n");
                }
                connection.readRequest();
                connection.write(RawServer.answer("200 OK", "video/mp4", "bytes"));
            })) {
                assertThat(adapter.fetch(
                                target(provider.uri("/v1")), "video_1", (bytes, length, type) -> bytes.readAllBytes()))
                        .isInstanceOf(redirects == 5 ? Fetch.Done.class : Fetch.Failed.class);
            }
        }
    }

    @Test
    void a_file_without_a_declared_length_is_handed_on_without_one() {
        var chunks = IntStream.range(0, 10).mapToObj(i -> "5\r\n12345\r\n").collect(Collectors.joining());
        try (var provider = RawServer.answering("HTTP/1.1 200 OK\r\nContent-Type: Video/MP4\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n")) {
            assertThat(adapter.fetch(target(provider.uri("/v1")), "video_1", (bytes, length, type) -> {
                        assertThat(length).isEmpty();
                        assertThat(type).isEqualTo("video/mp4");
                        assertThat(bytes.readAllBytes()).hasSize(50);
                    }))
                    .isEqualTo(new Fetch.Done());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"204 No Content", "206 Partial Content", "304 Not Modified", "302 Found", "202 Accepted"})
    void an_answer_that_is_no_file_and_no_error_is_worth_another_try(String status) {
        try (var provider = RawServer.answering("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n")) {
            assertThat(adapter.fetch(target(provider.uri("/v1")), "video_1", (bytes, length, type) -> {
                        throw new AssertionError("no bytes are expected");
                    }))
                    .isInstanceOf(Fetch.Failed.class);
        }
    }
}
