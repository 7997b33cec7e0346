package dev.millrace.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.ProviderOutcome.Accepted;
import dev.millrace.provider.ProviderOutcome.Indeterminate;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.VideoAdapter.Fetch;
import dev.millrace.provider.VideoAdapter.Lookup;
import dev.millrace.provider.VideoAdapter.Poll;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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

    private static final Instant INTENT = Instant.ofEpochSecond(1_790_000_000);

    private final OpenAiVideos adapter = new OpenAiVideos(Simulated.HTTP, Simulated.GUARDED, JsonMapper.shared());

    private static Target target(URI base) {
        return target(base, "sora");
    }

    private static Target target(URI base, String model) {
        return new Target("raw", base, model, Simulated.KEY, Duration.ofSeconds(10));
    }

    private ProviderOutcome create(String answer) {
        try (var provider = RawServer.answering(answer)) {
            return adapter.create(target(provider.uri("/v1")), REQUEST, () -> true);
        }
    }

    private Poll poll(String body) {
        try (var provider = RawServer.answering(RawServer.json(body))) {
            return adapter.poll(target(provider.uri("/v1")), "video_1");
        }
    }

    /// Looks up against these pages, the last for ever.
    private Lookup lookUp(String... pages) {
        try (var provider = RawServer.start(connection -> {
            for (int page = 0; connection.readRequest(); page++) {
                connection.write(RawServer.json(pages[Math.min(page, pages.length - 1)]));
            }
        })) {
            return adapter.lookUp(target(provider.uri("/v1")), REQUEST, INTENT);
        }
    }

    private Lookup lookUpAs(String asked, String listed) {
        var video = video("video_1", INTENT).replace("\"sora\"", "\"" + listed + "\"");
        try (var provider = RawServer.answering(RawServer.json(page(false, video)))) {
            return adapter.lookUp(target(provider.uri("/v1"), asked), REQUEST, INTENT);
        }
    }

    private static String video(String id, Instant created) {
        return "{\"id\":\"" + id + "\",\"object\":\"video\",\"model\":\"sora\",\"prompt\":\"a cat\",\"seconds\":\"4\","
                + "\"size\":\"720x1280\",\"created_at\":" + created.getEpochSecond() + "}";
    }

    private static String page(boolean more, String... videos) {
        return "{\"object\":\"list\",\"data\":[" + String.join(",", videos) + "],\"first_id\":\"f\",\"last_id\":\"l\","
                + "\"has_more\":" + more + "}";
    }

    private static Lookup matches(String... ids) {
        return new Lookup.Matches(List.of(ids));
    }

    @Test
    void a_create_sends_the_request_as_it_is_for_the_targets_model_and_nothing_that_could_make_two_of_it() {
        try (var provider = RawServer.answering(RawServer.json("{\"id\":\"video_1\"}"))) {
            adapter.create(target(provider.uri("/v1")), REQUEST, () -> true);
            assertThat(provider.requests()).singleElement().satisfies(request -> {
                assertThat(request).startsWith("POST /v1/videos HTTP/1.1\r\n");
                assertThat(Simulated.JSON.readTree(request.substring(request.indexOf("\r\n\r\n") + 4)))
                        .isEqualTo(Simulated.JSON.readTree(
                                "{\"model\":\"sora\",\"prompt\":\"a cat\",\"input_reference\":{\"file_id\":\"f\"}}"));
            });
        }
    }

    @Test
    void a_create_whose_lease_has_ended_lets_not_a_byte_go() {
        try (var provider = RawServer.start(RawServer.Connection::readToEnd)) {
            assertThat(adapter.create(target(provider.uri("/v1")), REQUEST, () -> false))
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

    @Test
    void a_lookup_counts_the_defaults_of_the_format_where_the_request_names_none() {
        assertThat(lookUp(page(false, video("video_1", INTENT)))).isEqualTo(matches("video_1"));
        assertThat(lookUp(page(false, video("video_1", INTENT).replace("720x1280", "1280x720"))))
                .isEqualTo(matches());
        assertThat(lookUp(page(false, video("video_1", INTENT).replace("\"4\"", "\"8\""))))
                .isEqualTo(matches());
    }

    @Test
    void a_lookup_takes_a_render_of_the_intents_own_second_and_none_of_the_second_before() {
        assertThat(lookUp(page(false, video("same", INTENT), video("before", INTENT.minusSeconds(1)))))
                .isEqualTo(matches("same"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"created_at", "model", "prompt", "seconds", "size", "id"})
    void a_list_that_lacks_what_a_match_is_told_by_can_not_tell(String field) {
        for (var value : List.of("", "\"" + field + "\":null,")) {
            var video = video("video_1", INTENT)
                    .replaceAll("\"" + field + "\":(\"[^\"]*\"|\\d+)", "")
                    .replace("{,", "{")
                    .replace(",}", "}")
                    .replace(",,", ",")
                    .replaceFirst("\\{", "{" + value);
            assertThat(lookUp(page(false, video))).as(video).isInstanceOf(Lookup.Unsupported.class);
        }
    }

    @Test
    void a_render_that_differs_in_what_it_does_tell_is_no_match_whatever_it_lacks() {
        assertThat(lookUp(page(
                        false,
                        "{\"id\":\"v\",\"prompt\":\"a dog\",\"created_at\":" + INTENT.getEpochSecond() + "}",
                        video("video_1", INTENT))))
                .isEqualTo(matches("video_1"));
        assertThat(lookUp(page(false, video("video_1", INTENT), "{\"id\":\"old\",\"created_at\":1}")))
                .as("an old one that lacks everything else")
                .isEqualTo(matches("video_1"));
    }

    @ParameterizedTest
    @CsvSource({"m-2025-12-08, m", "m, m-2025-12-08", "m-20251208, m", "m-0709, m"})
    void a_model_and_its_snapshot_are_one(String listed, String asked) {
        assertThat(lookUpAs(asked, listed)).isEqualTo(matches("video_1"));
    }

    @ParameterizedTest
    @CsvSource({"m-pro, m", "m, m-pro", "other, m", "m2, m", "m-2025-12-08-hd, m"})
    void the_same_render_under_another_models_name_decides_nothing(String listed, String asked) {
        assertThat(lookUpAs(asked, listed)).isInstanceOf(Lookup.Unsupported.class);
    }

    @Test
    void another_models_render_is_no_matter_where_the_right_one_is_listed() {
        var other = video("video_2", INTENT).replace("\"sora\"", "\"other\"");
        assertThat(lookUp(page(false, other, video("video_1", INTENT)))).isEqualTo(matches("video_1"));
    }

    @Test
    void a_list_in_another_order_than_asked_for_is_read_to_its_end() {
        assertThat(lookUp(
                        page(true, video("old", INTENT.minusSeconds(60)), video("older", INTENT.minusSeconds(50))),
                        page(false, video("mine", INTENT.plusSeconds(1)))))
                .isEqualTo(matches("mine"));
        assertThat(lookUp(page(false, video("old", INTENT.minusSeconds(60)), video("mine", INTENT.plusSeconds(1)))))
                .isEqualTo(matches("mine"));
    }

    @Test
    void a_list_in_order_is_read_no_further_than_the_intent() {
        assertThat(lookUp(
                        page(true, video("mine", INTENT.plusSeconds(1)), video("old", INTENT.minusSeconds(50))),
                        page(false, video("other", INTENT.plusSeconds(2)))))
                .isEqualTo(matches("mine"));
    }

    @Test
    void a_list_that_says_there_is_more_and_not_how_to_get_it_can_not_tell() {
        for (var last : List.of("", ",\"last_id\":null", ",\"last_id\":\"\"")) {
            assertThat(lookUp("{\"data\":[" + video("a", INTENT) + "],\"has_more\":true" + last + "}"))
                    .as(last)
                    .isInstanceOf(Lookup.Unsupported.class);
        }
    }

    @Test
    void a_list_that_never_ends_is_given_up_without_a_finding() {
        assertThat(lookUp(page(true, video("a", INTENT.plusSeconds(1))))).isInstanceOf(Lookup.Unknown.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"data\":{}}", "{\"data\":null}", "[]", "null", "{\"data\":[7]}"})
    void what_is_no_list_can_not_tell(String body) {
        assertThat(lookUp(body)).isInstanceOf(Lookup.Unsupported.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"404 Not Found", "405 Method Not Allowed", "501 Not Implemented"})
    void a_provider_that_does_not_know_the_list_can_not_tell(String status) {
        try (var provider = RawServer.answering(RawServer.answer(status, "text/plain", "no"))) {
            assertThat(adapter.lookUp(target(provider.uri("/v1")), REQUEST, INTENT))
                    .isInstanceOf(Lookup.Unsupported.class);
        }
    }

    @Test
    void a_lookup_asks_for_the_newest_first_and_goes_on_behind_the_last() {
        try (var provider = RawServer.start(connection -> {
            connection.readRequest();
            connection.write(RawServer.json(page(true, video("a", INTENT)).replace("\"l\"", "\"a&b=c\"")));
            connection.readRequest();
            connection.write(RawServer.json(page(false)));
        })) {
            adapter.lookUp(target(provider.uri("/v1")), REQUEST, INTENT);
            assertThat(provider.requests())
                    .extracting(request -> request.lines().findFirst().orElse(""))
                    .containsExactly(
                            "GET /v1/videos?limit=100&order=desc HTTP/1.1",
                            "GET /v1/videos?limit=100&order=desc&after=a%26b%3Dc HTTP/1.1");
        }
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
        assertThat(poll(body)).isEqualTo(new Poll.Failed("render_failed", "The provider says that the render failed."));
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
