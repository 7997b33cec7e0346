package dev.millrace.provider.gemini.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// What of OpenAI's body for a video Veo has words for, and what it has not.
@DisplayNameGeneration(ReplaceUnderscores.class)
class VeoRequestTest {

    private static final Target TARGET =
            new Target("google", URI.create("http://127.0.0.1:1"), "veo", Simulated.KEY, Duration.ZERO, Traits.NONE);

    private static final Pictures PICTURES = new Pictures(Simulated.GUARDED);

    private static byte[] bytes(String request) {
        return request.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    private static JsonNode mapped(String request, boolean vertex) {
        try {
            var requests = new VeoRequest(vertex, PICTURES);
            return requests.of(requests.wish(bytes(request), TARGET, Set.of()));
        } catch (Wish.UnfitException unfit) {
            throw new AssertionError(unfit);
        }
    }

    private static ProviderOutcome.Unfit unfit(String request, boolean vertex, Traits traits) {
        var target = new Target("google", TARGET.baseUrl(), "veo", Simulated.KEY, Duration.ZERO, traits);
        try {
            var requests = new VeoRequest(vertex, PICTURES);
            throw new AssertionError(requests.of(requests.wish(bytes(request), target, Set.of())));
        } catch (Wish.UnfitException unfit) {
            return unfit.unfit();
        }
    }

    private static JsonNode json(String text) {
        return Simulated.JSON.readTree(text.replace('\'', '"'));
    }

    @Test
    void a_request_that_names_nothing_but_its_prompt_is_for_what_openai_takes_by_default() {
        assertThat(mapped("{'model':'public','prompt':'a cat'}", false))
                .isEqualTo(json("{'instances':[{'prompt':'a cat'}],'parameters':{'sampleCount':1,'durationSeconds':4,"
                        + "'aspectRatio':'9:16','resolution':'720p'}}"));
    }

    @ParameterizedTest
    @CsvSource({
        "1280x720,  4, 16:9, 720p",
        "720x1280,  6, 9:16, 720p",
        "1280x720,  8, 16:9, 720p",
        "1920x1080, 8, 16:9, 1080p",
        "1080x1920, 8, 9:16, 1080p",
        "3840x2160, 8, 16:9, 4k",
        "2160x3840, 8, 9:16, 4k",
    })
    void a_size_becomes_a_ratio_and_a_resolution_and_the_length_a_number(
            String size, int seconds, String ratio, String resolution) {
        var parameters = mapped("{'prompt':'a cat','size':'" + size + "','seconds':'" + seconds + "'}", false)
                .path("parameters");
        assertThat(parameters.path("aspectRatio").asString()).isEqualTo(ratio);
        assertThat(parameters.path("resolution").asString()).isEqualTo(resolution);
        assertThat(parameters.path("durationSeconds").isIntegralNumber()).isTrue();
        assertThat(parameters.path("durationSeconds").asInt()).isEqualTo(seconds);
    }

    @Test
    void a_length_may_be_a_number_and_is_8_where_a_large_video_names_none() {
        assertThat(mapped("{'prompt':'a cat','seconds':6}", false)
                        .path("parameters")
                        .path("durationSeconds")
                        .asInt())
                .isEqualTo(6);
        assertThat(mapped("{'prompt':'a cat','size':'1920x1080'}", false)
                        .path("parameters")
                        .path("durationSeconds")
                        .asInt())
                .isEqualTo(8);
    }

    @Test
    void a_picture_in_the_request_is_the_first_frame_in_the_form_of_googles_sdks() {
        assertThat(mapped("{'prompt':'a cat','input_reference':{'image_url':'data:image/png;base64,iVBORw=='}}", false)
                        .path("instances")
                        .path(0)
                        .path("image"))
                .isEqualTo(json("{'bytesBase64Encoded':'iVBORw==','mimeType':'image/png'}"));
    }

    @Test
    void what_only_google_has_is_taken_under_names_in_openais_manner() {
        assertThat(mapped("{'prompt':'a cat','negative_prompt':'dogs'}", false)
                        .path("parameters")
                        .path("negativePrompt")
                        .asString())
                .isEqualTo("dogs");
        assertThat(mapped("{'prompt':'a cat','seed':7,'generate_audio':false}", true)
                        .path("parameters"))
                .isEqualTo(json("{'sampleCount':1,'durationSeconds':4,'aspectRatio':'9:16','resolution':'720p',"
                        + "'seed':7,'generateAudio':false}"));
    }

    @Test
    void what_is_null_or_says_nothing_of_the_video_is_left_out() {
        assertThat(mapped(
                        "{'model':'m','prompt':'a cat','user':'u','seconds':null,'size':null,'input_reference':null,"
                                + "'characters':null}",
                        false))
                .isEqualTo(mapped("{'prompt':'a cat'}", false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'prompt':'a cat','seconds':'12'}                         | seconds",
                "{'prompt':'a cat','seconds':'5'}                          | seconds",
                "{'prompt':'a cat','seconds':'long'}                       | seconds",
                "{'prompt':'a cat','seconds':4.5}                          | seconds",
                "{'prompt':'a cat','seconds':'4','size':'1920x1080'}       | seconds",
                "{'prompt':'a cat','size':'1792x1024'}                     | size",
                "{'prompt':'a cat','size':'1024x1792'}                     | size",
                "{'prompt':'a cat','size':'640x360'}                       | size",
                "{'prompt':'a cat','size':'large'}                         | size",
                "{'prompt':'a cat','size':7}                               | size",
                "{'prompt':7}                                              | prompt",
                "{'seconds':'4'}                                           | prompt",
                "{'prompt':'a cat','input_reference':{'file_id':'f'}}      | input_reference.file_id",
                "{'prompt':'a cat','input_reference':'data:image/png;base64,AA'} | input_reference",
                "{'prompt':'a cat','input_reference':{'image_url':'gs://bucket/a.png'}} | input_reference.image_url",
                "{'prompt':'a cat','input_reference':{'image_url':'data:image/webp;base64,AA'}} | input_reference.image_url",
                "{'prompt':'a cat','input_reference':{'image_url':'data:image/png,AA'}}         | input_reference.image_url",
                "{'prompt':'a cat','characters':[{'id':'c'}]}              | characters",
                "{'prompt':'a cat','quality':'high'}                       | quality",
                "{'prompt':'a cat','seed':7}                               | seed",
                "{'prompt':'a cat','generate_audio':true}                  | generate_audio",
                "{'prompt':'a cat','negative_prompt':7}                    | negative_prompt",
            })
    void what_veo_has_nothing_for_is_refused_by_name(String request, String param) {
        var unfit = unfit(request, false, Traits.NONE);
        assertThat(unfit.param()).isEqualTo(param);
        assertThat(unfit.message()).isNotBlank();
    }

    @Test
    void what_a_model_is_configured_to_refuse_is_refused() {
        var traits = new Traits(Set.of(), Set.of("input_reference"), Optional.empty(), 0);
        assertThat(unfit("{'prompt':'a','input_reference':{'image_url':'data:image/png;base64,AA'}}", false, traits)
                        .param())
                .isEqualTo("input_reference");
    }

    @Test
    void what_google_has_no_words_for_is_left_out_where_somebody_lets_it_go() throws Wish.UnfitException {
        var requests = new VeoRequest(false, PICTURES);

        var wish = requests.wish(
                bytes("{'prompt':'a cat','watermark':true,'seed':7}"), TARGET, Set.of("watermark", "seed"));

        assertThat(wish.dropped()).containsExactly("watermark", "seed");
        assertThat(requests.of(wish)).isEqualTo(mapped("{'prompt':'a cat'}", false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"prompt", "seconds", "size"})
    void what_a_render_is_priced_by_is_never_let_go(String essential) {
        var target = new Target(
                "google",
                TARGET.baseUrl(),
                "veo",
                Simulated.KEY,
                Duration.ZERO,
                new Traits(Set.of(), Set.of(essential), Optional.empty(), 0));

        assertThatExceptionOfType(Wish.UnfitException.class)
                .isThrownBy(() -> new VeoRequest(false, PICTURES)
                        .wish(bytes("{'prompt':'a','seconds':'4','size':'1280x720'}"), target, Set.of(essential)))
                .satisfies(unfit -> assertThat(unfit.unfit().param()).isEqualTo(essential));
    }

    @Test
    void a_request_that_does_not_fit_is_not_sent() {
        assertThat(new VeoVideos(Simulated.HTTP, Simulated.GUARDED)
                        .create(
                                TARGET,
                                "{\"prompt\":\"a cat\",\"seconds\":\"20\"}".getBytes(StandardCharsets.UTF_8),
                                Set.of(),
                                _ -> {
                                    throw new AssertionError("nothing is about to leave");
                                }))
                .isInstanceOfSatisfying(
                        ProviderOutcome.Unfit.class,
                        unfit -> assertThat(unfit.param()).isEqualTo("seconds"));
    }
}
