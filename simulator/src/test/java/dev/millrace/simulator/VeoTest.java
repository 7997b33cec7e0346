package dev.millrace.simulator;

import static dev.millrace.simulator.GeminiClient.json;
import static dev.millrace.simulator.SimulatorFixture.freshProvider;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.simulator.media.Media;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class VeoTest {

    private static final SimulatorFixture SIMULATOR = new SimulatorFixture();
    private static final String BODY = "{\"instances\":[{\"prompt\":\"a cat\"}]}";

    private final String provider = freshProvider();
    private final GeminiClient client = new GeminiClient(SIMULATOR, provider);

    @AfterAll
    static void stop() {
        SIMULATOR.close();
    }

    private HttpResponse<String> create(String model, String body) throws Exception {
        return client.post(GeminiClient.path(model, "predictLongRunning"), json(body));
    }

    /// Creates a render and gives its operation's name.
    private String started(String model) throws Exception {
        HttpResponse<String> answer = create(model, BODY);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer.body()).path("name").asString("");
    }

    private JsonNode poll(String name) throws Exception {
        return json(client.get("/v1beta/" + name).body());
    }

    private HttpResponse<byte[]> download(String uri) throws Exception {
        return SIMULATOR.http.send(
                HttpRequest.newBuilder(URI.create(uri))
                        .header("x-goog-api-key", SimulatorFixture.KEY)
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    @Test
    void an_operation_says_nothing_until_it_is_done_and_then_where_the_video_is() throws Exception {
        String name = started("veo-3.1~render=300ms");
        assertThat(name).startsWith("models/veo-3.1~render=300ms/operations/");
        assertThat(poll(name).propertyNames()).containsExactly("name");

        SimulatorFixture.await("it is done", () -> {
            try {
                return poll(name).path("done").asBoolean();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        String uri = poll(name)
                .at("/response/generateVideoResponse/generatedSamples/0/video/uri")
                .asString("");

        assertThat(uri)
                .matches("http://127\\.0\\.0\\.1:\\d+/p/" + provider + "/v1beta/files/[a-z0-9]+:download\\?alt=media");
        HttpResponse<byte[]> file = download(uri);
        assertThat(file.headers().firstValue("content-type")).contains("video/mp4");
        assertThat(file.body()).isEqualTo(Media.VIDEO.bytes());
        assertThat(SIMULATOR.renders(provider)).singleElement().satisfies(render -> {
            assertThat(render.path("format").asString("")).isEqualTo("gemini");
            assertThat(render.path("size").asString("")).isEqualTo("1280x720");
            assertThat(render.path("seconds").asString("")).isEqualTo("8");
            assertThat(render.path("billed").asBoolean()).isTrue();
            assertThat(render.path("downloads").asInt()).isEqualTo(1);
        });
    }

    @Test
    void googles_own_clients_get_an_address_with_https_of_which_they_take_the_id() throws Exception {
        String name = started("veo-3.1~render=0s");
        JsonNode done = json(client.send(
                        "/v1beta/" + name,
                        "",
                        "x-goog-api-key",
                        SimulatorFixture.KEY,
                        "x-goog-api-client",
                        "google-genai-sdk/1.70.0 gl-java/25")
                .body());

        assertThat(done.at("/response/generateVideoResponse/generatedSamples/0/video/uri")
                        .asString(""))
                .startsWith("https://");
    }

    @Test
    void a_file_is_known_by_its_id_and_needs_the_key() throws Exception {
        String name = started("veo-3.1~render=0s~content.size=20000~file.size=20000");
        String file = "/v1beta/files/" + name.substring(name.lastIndexOf('/') + 1);

        JsonNode known = json(client.get(file).body());
        assertThat(known.path("state").asString("")).isEqualTo("ACTIVE");
        assertThat(known.path("sizeBytes").asString("")).isEqualTo("20000");
        assertThat(download(SIMULATOR.server.providerUrl(provider) + file + ":download?alt=media")
                        .body())
                .hasSize(20_000);
        assertThat(client.send(file + ":download?alt=media", "").statusCode()).isEqualTo(403);
    }

    @Test
    void a_filtered_render_is_done_without_an_error_and_not_billed() throws Exception {
        JsonNode done = poll(started("veo-3.1~render=0s~fail=moderation_blocked~fail-message=violates-the-rules"));

        assertThat(done.path("done").asBoolean()).isTrue();
        assertThat(done.has("error")).isFalse();
        JsonNode response = done.at("/response/generateVideoResponse");
        assertThat(response.path("raiMediaFilteredCount").asInt()).isEqualTo(1);
        assertThat(response.at("/raiMediaFilteredReasons/0").asString("")).isEqualTo("violates-the-rules");
        assertThat(response.has("generatedSamples")).isFalse();
        assertThat(SIMULATOR.renders(provider).getFirst().path("billed").asBoolean())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({"UNAVAILABLE, 14", "8, 8", "INVALID_ARGUMENT, 3", "something, 13"})
    void a_failed_render_has_grpcs_number(String code, int number) throws Exception {
        JsonNode done = poll(started("veo-3.1~render=0s~fail=" + code));

        assertThat(done.path("done").asBoolean()).isTrue();
        assertThat(done.at("/error/code").asInt()).isEqualTo(number);
        assertThat(done.at("/error/message").asString("")).isNotEmpty();
        assertThat(SIMULATOR.renders(provider).getFirst().path("billed").asBoolean())
                .isTrue();
    }

    @Test
    void an_operation_can_end_with_nothing_at_all() throws Exception {
        JsonNode done = poll(started("veo-3.1~render=0s~poll.empty"));

        assertThat(done.path("done").asBoolean()).isTrue();
        assertThat(done.at("/response/generateVideoResponse").isEmpty()).isTrue();
    }

    @Test
    void faults_act_on_create_poll_and_file_and_paid_creates_are_lost_as_elsewhere() throws Exception {
        assertThat(create("veo-3.1~status=503", BODY).statusCode()).isEqualTo(503);
        assertThat(create("veo-3.1~accept-then=502", BODY).statusCode()).isEqualTo(502);
        assertThat(SIMULATOR.renders(provider)).hasSize(1);

        String name = started("veo-3.1~render=0s~poll.status=429~poll.times=1~content.body=html");
        assertThat(client.get("/v1beta/" + name).statusCode()).isEqualTo(429);
        assertThat(poll(name).path("done").asBoolean()).isTrue();
        String id = name.substring(name.lastIndexOf('/') + 1);
        assertThat(client.get("/v1beta/files/" + id + ":download?alt=media").body())
                .startsWith("<html>");
    }

    @Test
    void an_unknown_operation_and_an_expired_file_are_not_found() throws Exception {
        assertThat(client.get("/v1beta/models/veo-3.1/operations/abc").statusCode())
                .isEqualTo(404);
        String name = started("veo-3.1~render=0s~expires=0s");
        String id = name.substring(name.lastIndexOf('/') + 1);
        assertThat(client.get("/v1beta/files/" + id + ":download?alt=media").statusCode())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "{\"instances\":[]} | one instance",
                "{\"instances\":[{}]} | prompt",
                "{\"instances\":[{\"prompt\":\"x\",\"seconds\":8}]} | Unknown name \"seconds\"",
                "{\"instances\":[{\"prompt\":\"x\"}],\"parameters\":{\"durationSeconds\":12}} | durationSeconds",
                "{\"instances\":[{\"prompt\":\"x\"}],\"parameters\":{\"durationSeconds\":4,\"resolution\":\"1080p\"}}"
                        + " | durationSeconds",
                "{\"instances\":[{\"prompt\":\"x\"}],\"parameters\":{\"aspectRatio\":\"7:4\"}} | aspectRatio",
                "{\"instances\":[{\"prompt\":\"x\"}],\"parameters\":{\"generateAudio\":true}} | generateAudio",
                "{\"instances\":[{\"prompt\":\"x\",\"image\":{\"bytesBase64Encoded\":\"AAAA\"}}]} | mimeType",
                "{\"instances\":[{\"prompt\":\"x\",\"lastFrame\":{\"bytesBase64Encoded\":\"AAAA\","
                        + "\"mimeType\":\"image/png\"}}]} | only together with image"
            })
    void an_order_that_is_not_allowed_is_refused_and_the_fault_is_named(String body, String message) throws Exception {
        HttpResponse<String> answer = create("veo-3.1", body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains(message.replace("\"", "\\\""));
        assertThat(SIMULATOR.renders(provider)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "{\"bytesBase64Encoded\":\"AAAA\",\"mimeType\":\"image/png\"}",
                "{\"inlineData\":{\"data\":\"AAAA\",\"mimeType\":\"image/jpeg\"}}"
            })
    void an_image_comes_as_the_clients_send_it_or_as_the_documentation_has_it(String image) throws Exception {
        assertThat(create("veo-3.1", "{\"instances\":[{\"prompt\":\"x\",\"image\":" + image + "}]}")
                        .statusCode())
                .isEqualTo(200);
    }
}
