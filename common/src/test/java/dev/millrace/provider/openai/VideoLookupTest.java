package dev.millrace.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.VideoAdapter.Lookup;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/// What a create with a lost answer is looked up by, and when a list can't tell.
@DisplayNameGeneration(ReplaceUnderscores.class)
class VideoLookupTest {

    private static final byte[] REQUEST =
            "{\"model\":\"public\",\"prompt\":\"a cat\",\"input_reference\":{\"file_id\":\"f\"}}"
                    .getBytes(StandardCharsets.UTF_8);

    private static final Instant INTENT = Instant.ofEpochSecond(1_790_000_000);

    private final OpenAiVideos adapter = new OpenAiVideos(Simulated.HTTP, Simulated.GUARDED, JsonMapper.shared());

    private static Target target(URI base) {
        return target(base, "sora");
    }

    private static Target target(URI base, String model) {
        return new Target("raw", base, model, Simulated.KEY, Duration.ofSeconds(10), dev.millrace.provider.Traits.NONE);
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

    private Lookup lookUpFor(String request, String video) {
        try (var provider = RawServer.answering(RawServer.json(page(false, video)))) {
            return adapter.lookUp(target(provider.uri("/v1")), request.getBytes(StandardCharsets.UTF_8), INTENT);
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

    private static final String WIDE = "1280x720";

    @Test
    void where_the_request_names_no_length_or_size_the_defaults_of_the_format_are_a_match() {
        assertThat(lookUp(page(false, video("video_1", INTENT)))).isEqualTo(matches("video_1"));
    }

    @Test
    void a_gateway_with_other_defaults_may_list_ours_so_that_its_list_can_not_tell() {
        assertThat(lookUp(page(false, video("video_1", INTENT).replace("720x1280", WIDE))))
                .isInstanceOf(Lookup.Unsupported.class);
        assertThat(lookUp(page(false, video("video_1", INTENT).replace("\"4\"", "\"8\""))))
                .isInstanceOf(Lookup.Unsupported.class);
    }

    @Test
    void one_of_another_size_is_no_matter_where_the_right_one_is_listed() {
        var wide = video("video_2", INTENT).replace("720x1280", WIDE);
        assertThat(lookUp(page(false, wide, video("video_1", INTENT)))).isEqualTo(matches("video_1"));
    }

    @Test
    void what_the_request_does_name_must_be_the_same() {
        var request = "{\"prompt\":\"a cat\",\"seconds\":\"4\",\"size\":\"720x1280\"}";
        assertThat(lookUpFor(request, video("video_1", INTENT))).isEqualTo(matches("video_1"));
        assertThat(lookUpFor(request, video("video_1", INTENT).replace("720x1280", WIDE)))
                .isEqualTo(matches());
        assertThat(lookUpFor(request, video("video_1", INTENT).replace("\"4\"", "\"8\"")))
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
}
