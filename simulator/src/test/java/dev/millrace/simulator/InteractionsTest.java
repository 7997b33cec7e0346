package dev.millrace.simulator;

import static dev.millrace.simulator.GeminiClient.json;
import static dev.millrace.simulator.SimulatorFixture.freshProvider;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.simulator.media.Media;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class InteractionsTest {

    private static final SimulatorFixture SIMULATOR = new SimulatorFixture();

    private final String provider = freshProvider();
    private final GeminiClient client = new GeminiClient(SIMULATOR, provider);

    @AfterAll
    static void stop() {
        SIMULATOR.close();
    }

    private static ObjectNode order(String model, String delivery) {
        ObjectNode body = SimulatorFixture.JSON.createObjectNode().put("model", model);
        body.putArray("input").addObject().put("type", "text").put("text", "a cat");
        body.putObject("response_format")
                .put("type", "video")
                .put("aspect_ratio", "9:16")
                .put("delivery", delivery);
        return body.put("background", true);
    }

    private JsonNode started(ObjectNode body) throws Exception {
        HttpResponse<String> answer = client.post("/v1beta/interactions", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer.body());
    }

    private JsonNode poll(JsonNode interaction) throws Exception {
        return json(client.get("/v1beta/interactions/" + interaction.path("id").asString(""))
                .body());
    }

    private static JsonNode video(JsonNode interaction) {
        return interaction.at("/steps/0/content/0");
    }

    @Test
    void a_video_made_in_the_background_comes_inline() throws Exception {
        JsonNode started = started(order("gemini-omni-1.1-flash~render=0s", "inline"));
        assertThat(started.path("status").asString("")).isEqualTo("in_progress");
        assertThat(started.path("id").asString("")).startsWith("v1_");

        JsonNode done = poll(started);
        assertThat(done.path("status").asString("")).isEqualTo("completed");
        assertThat(video(done).path("type").asString("")).isEqualTo("video");
        assertThat(Base64.getDecoder().decode(video(done).path("data").asString("")))
                .isEqualTo(Media.VIDEO.bytes());
        assertThat(SIMULATOR.renders(provider)).singleElement().satisfies(render -> {
            assertThat(render.path("prompt").asString("")).isEqualTo("a cat");
            assertThat(render.path("size").asString("")).isEqualTo("720x1280");
        });
    }

    @Test
    void a_video_by_address_is_fetched_as_a_file_and_comes_inline_ever_after() throws Exception {
        JsonNode started = started(order("gemini-omni-1.1-flash~render=0s", "uri"));
        String file = file(started);

        assertThat(file).matches("/v1beta/files/[a-z0-9]+");
        assertThat(client.get(file + ":download?alt=media").headers().firstValue("content-type"))
                .contains("video/mp4");
        assertThat(video(poll(started)).has("data")).isTrue();
    }

    /// The path of the file that a finished interaction names.
    private String file(JsonNode interaction) throws Exception {
        String uri = video(poll(interaction)).path("uri").asString("");
        return URI.create(uri).getPath().substring(("/p/" + provider).length());
    }

    @ParameterizedTest
    @CsvSource({"processing=0s, ACTIVE, 200", "processing=never, PROCESSING, 400", "file.state=FAILED, FAILED, 200"})
    void a_file_tells_its_state_and_can_not_be_fetched_while_it_is_processed(
            String behaviour, String state, int download) throws Exception {
        String file = file(started(order("gemini-omni-1.1-flash~render=0s~" + behaviour, "uri")));

        assertThat(json(client.get(file).body()).path("state").asString("")).isEqualTo(state);
        assertThat(client.get(file + ":download?alt=media").statusCode()).isEqualTo(download);
    }

    @Test
    void a_length_is_entered_as_it_was_ordered() throws Exception {
        ObjectNode body = order("gemini-omni-1.1-flash", "uri");
        ((ObjectNode) body.path("response_format")).put("duration", "6s");
        started(body);

        assertThat(SIMULATOR.renders(provider).getFirst().path("seconds").asString(""))
                .isEqualTo("6");
    }

    @Test
    void without_a_background_the_answer_has_the_video() throws Exception {
        JsonNode done =
                started(order("gemini-omni-1.1-flash~render=50ms", "inline").put("background", false));

        assertThat(done.path("status").asString("")).isEqualTo("completed");
        assertThat(video(done).has("data")).isTrue();
    }

    @Test
    void an_interaction_is_cancelled_and_stays_on_the_bill() throws Exception {
        JsonNode started = started(order("gemini-omni-1.1-flash~render=never", "inline"));
        String path = "/v1beta/interactions/" + started.path("id").asString("");

        assertThat(json(client.send(path + "/cancel", "{}", "x-goog-api-key", SimulatorFixture.KEY)
                                .body())
                        .path("status")
                        .asString(""))
                .isEqualTo("cancelled");
        assertThat(poll(started).path("status").asString("")).isEqualTo("cancelled");
        assertThat(SIMULATOR.renders(provider).getFirst().path("billed").asBoolean())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "render=never, in_progress",
        "render=never~poll.state=queued, queued",
        "render=0s~fail=server_error, failed",
        "render=0s~poll.state=budget_exceeded, budget_exceeded",
        "render=0s~poll.empty, completed"
    })
    void an_interaction_without_a_video_says_how_it_stands(String behaviour, String status) throws Exception {
        JsonNode started = started(order("gemini-omni-1.1-flash~" + behaviour, "inline"));
        assertThat(poll(started).path("status").asString("")).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "model | null | model",
                "input | [] | input",
                "input | [{\"type\":\"sound\"}] | unknown type",
                "response_format | {\"type\":\"video\",\"aspectRatio\":\"9:16\"} | Unknown name",
                "response_format | {\"resolution\":\"480p\"} | resolution",
                "response_format | {\"duration\":8} | duration",
                "response_format | {\"duration\":\"12s\"} | duration",
                "generation_config | {\"video_config\":{\"task\":\"dance\"}} | task"
            })
    void an_order_that_is_not_allowed_is_refused_and_the_fault_is_named(String field, String value, String message)
            throws Exception {
        ObjectNode body = order("gemini-omni-1.1-flash", "inline");
        body.set(field, json(value));
        HttpResponse<String> answer = client.post("/v1beta/interactions", body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains(message);
        assertThat(SIMULATOR.renders(provider)).isEmpty();
    }
}
