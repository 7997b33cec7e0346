package dev.millrace.provider.gemini.video;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawServer;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.provider.ProviderOutcome.Accepted;
import dev.millrace.provider.Simulated;
import dev.millrace.provider.Target;
import dev.millrace.provider.Traits;
import dev.millrace.provider.VideoAdapter.Fetch;
import dev.millrace.provider.VideoAdapter.Poll;
import dev.millrace.provider.VideoAdapter.Sink;
import dev.millrace.simulator.media.Media;
import java.io.ByteArrayOutputStream;
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

/// What only interactions have.
@DisplayNameGeneration(ReplaceUnderscores.class)
class OmniVideosTest {

    private final Simulated simulated = new Simulated(new OmniFormat());
    private final OmniVideos adapter = new OmniVideos(Simulated.HTTP, Simulated.GUARDED);

    private static byte[] bytes(String json) {
        return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    private static Target target(RawServer server, Traits traits) {
        return new Target(
                "google", server.uri(""), "gemini-omni-1.1-flash", Simulated.KEY, Duration.ofSeconds(10), traits);
    }

    private String created(String model, String request) {
        return ((Accepted) adapter.create(simulated.target(model), bytes(request), Set.of(), _ -> true)).operationId();
    }

    private JsonNode sent(String request) {
        created("gemini-omni-1.1-flash", request);
        return simulated.lastBody("video.create");
    }

    private static JsonNode json(String text) {
        return Simulated.JSON.readTree(text.replace('\'', '"'));
    }

    @Test
    void a_create_asks_for_a_video_by_address_in_the_background() {
        assertThat(sent("{'model':'public','prompt':'a cat','seconds':'8','size':'1920x1080'}"))
                .isEqualTo(json("{'model':'gemini-omni-1.1-flash','input':[{'type':'text','text':'a cat'}],"
                        + "'response_format':{'type':'video','aspect_ratio':'16:9','resolution':'1080p',"
                        + "'delivery':'uri','duration':'8s'},'background':true,'store':true}"));
    }

    @Test
    void a_picture_in_the_request_is_the_first_frame() {
        var body = sent("{'prompt':'a cat','input_reference':{'image_url':'data:image/jpeg;base64,/9j/'}}");
        assertThat(body.path("input").path(1))
                .isEqualTo(json("{'type':'image','data':'/9j/','mime_type':'image/jpeg'}"));
        assertThat(body.path("generation_config")).isEqualTo(json("{'video_config':{'task':'image_to_video'}}"));
        assertThat(body.path("response_format"))
                .isEqualTo(json("{'type':'video','aspect_ratio':'9:16','resolution':'720p','delivery':'uri',"
                        + "'duration':'4s'}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'prompt':'a cat','seconds':'12'}        | seconds",
                "{'prompt':'a cat','seconds':'2'}         | seconds",
                "{'prompt':'a cat','size':'1792x1024'}    | size",
                "{'prompt':'a cat','seed':7}              | seed",
                "{'prompt':'a cat','negative_prompt':'d'} | negative_prompt",
                "{'prompt':'a cat','input_reference':{'file_id':'f'}} | input_reference.file_id",
            })
    void what_omni_has_nothing_for_is_refused_by_name_and_not_sent(String request, String param) {
        assertThat(adapter.create(simulated.target("gemini-omni-1.1-flash"), bytes(request), Set.of(), _ -> true))
                .isInstanceOfSatisfying(
                        ProviderOutcome.Unfit.class,
                        unfit -> assertThat(unfit.param()).isEqualTo(param));
        assertThat(simulated.requests("video.create")).isEmpty();
    }

    @Test
    void the_file_is_fetched_by_its_address_and_once_it_has_gone_inline_from_the_answer() {
        var operation = created("gemini-omni-1.1-flash~render=0ms", "{'prompt':'a cat'}");
        for (int i = 0; i < 2; i++) {
            var file = new ByteArrayOutputStream();
            assertThat(adapter.poll(simulated.target("gemini-omni-1.1-flash"), operation))
                    .isEqualTo(new Poll.Completed());
            assertThat(adapter.fetch(simulated.target("gemini-omni-1.1-flash"), operation, (bytes, length, type) -> {
                        assertThat(type).isEqualTo("video/mp4");
                        bytes.transferTo(file);
                    }))
                    .isEqualTo(new Fetch.Done());
            assertThat(file.toByteArray()).isEqualTo(Media.VIDEO.bytes());
            assertThat(simulated.requests("video.content"))
                    .as("by address once")
                    .hasSize(1);
        }
    }

    @Test
    void one_that_nobody_wants_any_more_is_stopped_unless_it_is_done() {
        var target = simulated.target("gemini-omni-1.1-flash");
        var running = created("gemini-omni-1.1-flash~render=never", "{'prompt':'a cat'}");
        var done = created("gemini-omni-1.1-flash~render=0ms", "{'prompt':'a cat'}");

        adapter.stop(target, running);
        adapter.stop(target, done);
        adapter.stop(target, "../../strange");

        assertThat(adapter.poll(target, running))
                .isEqualTo(new Poll.Failed("cancelled", "The interaction was cancelled.", Poll.Cause.LASTING));
        assertThat(adapter.poll(target, done)).isEqualTo(new Poll.Completed());
        assertThat(simulated.requests("video.cancel")).hasSize(2);
    }

    private Poll poll(String body) {
        try (var provider = RawServer.answering(RawServer.json(body.replace('\'', '"')))) {
            return adapter.poll(target(provider, Traits.NONE), "v1_x");
        }
    }

    private Fetch fetch(String body, Sink sink) {
        try (var provider = RawServer.answering(RawServer.json(body.replace('\'', '"')))) {
            return adapter.fetch(target(provider, Traits.NONE), "v1_x", sink);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"queued", "in_progress"})
    void an_interaction_under_way_renders(String status) {
        assertThat(poll("{'id':'v1_x','status':'" + status + "'}")).isEqualTo(new Poll.Rendering(0, Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource({
        "failed, render_failed",
        "incomplete, incomplete",
        "budget_exceeded, budget_exceeded",
        "cancelled, cancelled"
    })
    void an_interaction_that_ended_without_a_video_has_failed(String status, String code) {
        assertThat(poll("{'id':'v1_x','status':'" + status + "'}"))
                .isInstanceOfSatisfying(Poll.Failed.class, failed -> {
                    assertThat(failed.code()).isEqualTo(code);
                    assertThat(failed.message()).isNotBlank();
                });
    }

    @ParameterizedTest
    @CsvSource({
        "UNAVAILABLE, PASSING",
        "internal, PASSING",
        "deadline_exceeded, PASSING",
        "INVALID_ARGUMENT, LASTING",
        "RESOURCE_EXHAUSTED, LASTING"
    })
    void an_interaction_that_failed_tells_by_its_code_whether_it_may_pass(String code, Poll.Cause cause) {
        assertThat(poll("{'id':'v1_x','status':'failed','error':{'code':'" + code + "','message':'No.'}}"))
                .isEqualTo(new Poll.Failed(code, "No.", cause));
    }

    @ParameterizedTest
    @ValueSource(strings = {"requires_action", "requires_continuation", "dreaming", ""})
    void a_status_that_a_video_never_has_says_nothing(String status) {
        assertThat(poll("{'id':'v1_x','status':'" + status + "'}")).isInstanceOf(Poll.Unknown.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "[{'type':'model_output','content':[{'type':'text','text':'no'}]}]",
                "[{'type':'user_input','content':[{'type':'video','data':'AAAA'}]}]"
            })
    void one_that_is_completed_and_shows_no_video_of_the_models_has_failed(String steps) {
        assertThat(poll("{'id':'v1_x','steps':" + steps + ",'status':'completed'}"))
                .isInstanceOfSatisfying(
                        Poll.Failed.class, failed -> assertThat(failed.code()).isEqualTo("server_error"));
    }

    @Test
    void a_picture_that_was_sent_in_is_not_taken_for_the_video() {
        var file = new ByteArrayOutputStream();
        assertThat(fetch(
                        "{'id':'v1_x','status':'completed','steps':[{'type':'user_input','content':["
                                + "{'type':'image','mime_type':'image/png','data':'QUFB'}]},{'type':'model_output',"
                                + "'content':[{'type':'video','mime_type':'video/mp4','data':'QkJC'}]}]}",
                        (bytes, length, type) -> bytes.transferTo(file)))
                .isEqualTo(new Fetch.Done());
        assertThat(file.toString(StandardCharsets.UTF_8)).isEqualTo("BBB");
    }

    @Test
    void the_version_that_the_provider_is_configured_for_is_in_the_path() {
        try (var provider = RawServer.answering(RawServer.json("{\"status\":\"queued\"}"))) {
            adapter.poll(target(provider, new Traits(Set.of(), Set.of(), Optional.of("v1"), 0)), "v1_x");
            assertThat(provider.requests().getFirst())
                    .startsWith("GET /v1/interactions/v1_x HTTP/1.1\r\n")
                    .contains("x-goog-api-key: " + Simulated.KEY.secret().reveal());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "veo-3.1-generate-preview, POST /v1beta/models/veo-3.1-generate-preview:predictLongRunning",
        "models/veo-3.1-generate-preview, POST /v1beta/models/veo-3.1-generate-preview:predictLongRunning",
        "gemini-omni-1.1-flash, POST /v1beta/interactions",
        "models/gemini-omni-1.1-flash, POST /v1beta/interactions"
    })
    void of_the_gemini_apis_two_ways_to_a_video_the_models_name_decides(String model, String call) {
        try (var provider = RawServer.answering(RawServer.json("{}"))) {
            new GeminiVideos(Simulated.HTTP, Simulated.GUARDED)
                    .create(
                            new Target(
                                    "google",
                                    provider.uri(""),
                                    model,
                                    Simulated.KEY,
                                    Duration.ofSeconds(10),
                                    Traits.NONE),
                            bytes("{'prompt':'a cat'}"),
                            Set.of(),
                            _ -> true);
            assertThat(provider.requests().getFirst())
                    .startsWith(call + " HTTP/1.1\r\n")
                    .doesNotContain("\"models/");
        }
    }

    @Test
    void a_length_that_is_not_named_is_as_the_models_name_decides() {
        var adapter = new GeminiVideos(Simulated.HTTP, Simulated.GUARDED);

        assertThat(adapter.usualSeconds("veo-3.1-generate-preview", "1920x1080"))
                .isEqualTo(8);
        assertThat(adapter.usualSeconds("models/veo-3.1-generate-preview", "1920x1080"))
                .isEqualTo(8);
        assertThat(adapter.usualSeconds("veo-3.1-generate-preview", "1280x720")).isEqualTo(4);
        assertThat(adapter.usualSeconds("gemini-omni-1.1-flash", "1920x1080")).isEqualTo(4);
    }
}
