package dev.millrace.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class VideoFormsTest {

    private static final SimulatorFixture SIMULATOR = new SimulatorFixture();
    private static final String BOUNDARY = "----formdata-1234";

    private final String provider = SimulatorFixture.freshProvider();
    private final String videos = SIMULATOR.server.openAiUrl(provider) + "/videos";

    @AfterAll
    static void stop() {
        SIMULATOR.close();
    }

    private HttpResponse<String> send(String contentType, String body) throws Exception {
        return SIMULATOR.http.send(
                SIMULATOR
                        .request(videos)
                        .header("Content-Type", contentType)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> form(String... parts) throws Exception {
        StringBuilder body = new StringBuilder();
        for (String part : parts) {
            body.append("--").append(BOUNDARY).append("\r\n").append(part).append("\r\n");
        }
        return send("multipart/form-data; boundary=" + BOUNDARY, body + "--" + BOUNDARY + "--\r\n");
    }

    private static String text(String name, String value) {
        return "Content-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value;
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return SimulatorFixture.JSON.readTree(answer.body());
    }

    @Test
    void the_video_object_has_its_thirteen_keys_in_every_state() throws Exception {
        String[] keys = {
            "completed_at",
            "created_at",
            "error",
            "expires_at",
            "id",
            "model",
            "object",
            "progress",
            "prompt",
            "remixed_from_video_id",
            "seconds",
            "size",
            "status"
        };
        JsonNode created = json(SIMULATOR.post(videos, SimulatorFixture.videoBody("sim-video~render=0s", "x")));
        JsonNode failed = json(SIMULATOR.post(videos, SimulatorFixture.videoBody("sim-video~render=0s~fail", "x")));

        for (JsonNode video : new JsonNode[] {
            created,
            json(SIMULATOR.getVideo(provider, "/" + created.path("id").stringValue())),
            json(SIMULATOR.getVideo(provider, "/" + failed.path("id").stringValue())),
            json(SIMULATOR.getVideo(provider, "")).path("data").path(0)
        }) {
            assertThat(new TreeSet<>(video.propertyNames())).containsExactly(keys);
            assertThat(video.path("seconds").isString()).isTrue();
            assertThat(video.path("progress").isIntegralNumber()).isTrue();
        }
    }

    @Test
    void a_list_has_its_five_keys_also_when_empty() throws Exception {
        assertThat(json(SIMULATOR.getVideo(provider, "")).toString())
                .isEqualTo("{\"object\":\"list\",\"data\":[],\"first_id\":null,\"last_id\":null,\"has_more\":false}");
    }

    @Test
    void after_is_exclusive_and_has_more_is_exact() throws Exception {
        String first = SIMULATOR.createVideo(provider, "sim-video", "1");
        String second = SIMULATOR.createVideo(provider, "sim-video", "2");

        JsonNode page = json(SIMULATOR.getVideo(provider, "?limit=1"));
        assertThat(page.path("has_more").asBoolean()).isTrue();
        assertThat(page.path("last_id").stringValue()).isEqualTo(second);

        JsonNode rest = json(SIMULATOR.getVideo(provider, "?limit=1&after=" + second));
        assertThat(rest.path("has_more").asBoolean()).isFalse();
        assertThat(rest.path("data").path(0).path("id").stringValue()).isEqualTo(first);
    }

    @Test
    void a_form_of_text_parts_is_taken() throws Exception {
        HttpResponse<String> answer =
                form(text("model", "sim-video"), text("prompt", "Grüße\r\nfrom a form"), text("seconds", "8"));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json(answer).path("prompt").stringValue()).isEqualTo("Grüße\r\nfrom a form");
        assertThat(json(answer).path("seconds").stringValue()).isEqualTo("8");
        assertThat(json(answer).path("size").stringValue()).isEqualTo("720x1280");
    }

    @Test
    void typed_text_parts_files_without_a_name_and_any_order_are_taken() throws Exception {
        HttpResponse<String> answer = form(
                "Content-Disposition: form-data; name=\"input_reference\"\r\n"
                        + "Content-Type: application/octet-stream\r\n\r\n\u0001\u0002\r\n--not the boundary",
                "Content-Disposition: form-data; name=\"prompt\"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nlast");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json(answer).path("prompt").stringValue()).isEqualTo("last");
        assertThat(json(answer).path("model").stringValue()).isEqualTo("sora-2");
    }

    @Test
    void names_in_brackets_are_text_whatever_their_type_says() throws Exception {
        assertThat(form(
                                text("prompt", "x"),
                                "Content-Disposition: form-data; name=\"input_reference[file_id]\"\r\n"
                                        + "Content-Type: application/octet-stream\r\n\r\nfile-1",
                                text("characters[][id]", "char_1"),
                                text("characters[][id]", "char_2"))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void two_references_at_once_are_one_too_many() throws Exception {
        HttpResponse<String> answer = form(
                text("prompt", "x"),
                text("input_reference[file_id]", "file-1"),
                text("input_reference[image_url]", "https://example.com/x.png"));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).at("/error/param").stringValue()).isEqualTo("input_reference");
    }

    @Test
    void a_form_without_its_last_boundary_is_refused() throws Exception {
        HttpResponse<String> answer = send(
                "multipart/form-data; boundary=" + BOUNDARY, "--" + BOUNDARY + "\r\n" + text("prompt", "x") + "\r\n");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).at("/error/message").stringValue()).contains("last boundary");
    }

    @Test
    void a_type_that_is_neither_json_nor_form_is_415() throws Exception {
        assertThat(send("text/plain", "prompt").statusCode()).isEqualTo(415);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {}                                                         | prompt
                    {"prompt":""}                                              | prompt
                    {"prompt":7}                                               | prompt
                    {"prompt":"x","seconds":8}                                 | seconds
                    {"prompt":"x","seconds":"7"}                               | seconds
                    {"prompt":"x","size":"640x480"}                            | size
                    {"prompt":"x","input_reference":"file-1"}                  | input_reference
                    {"prompt":"x","input_reference":{}}                        | input_reference
                    {"prompt":"x","input_reference":{"file_id":"a","image_url":"b"}} | input_reference
                    """)
    void wrong_json_is_refused_and_the_error_names_the_parameter(String body, String param) throws Exception {
        HttpResponse<String> answer = SIMULATOR.post(videos, body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).at("/error/param").stringValue()).isEqualTo(param);
        assertThat(SIMULATOR.renders(provider)).isEmpty();
    }

    @Test
    void a_null_is_as_good_as_nothing() throws Exception {
        assertThat(SIMULATOR
                        .post(videos, "{\"prompt\":\"x\",\"seconds\":null,\"input_reference\":null}")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void every_error_has_the_four_keys() throws Exception {
        for (HttpResponse<String> answer : Map.of(
                        "bad body", SIMULATOR.post(videos, "{"),
                        "unknown id", SIMULATOR.getVideo(provider, "/video_none"),
                        "unknown path", SIMULATOR.get(SIMULATOR.server.openAiUrl(provider) + "/nothing"),
                        "bad limit", SIMULATOR.getVideo(provider, "?limit=101"))
                .values()) {
            assertThat(json(answer).path("error").propertyNames())
                    .containsExactlyInAnyOrder("message", "type", "param", "code");
            assertThat(answer.headers().firstValue("x-request-id")).isPresent();
        }
    }

    @Test
    void polls_advise_when_to_ask_again_until_the_render_is_finished() throws Exception {
        String open = SIMULATOR.createVideo(provider, "sim-video~render=never~poll-after=2s", "x");
        String quiet = SIMULATOR.createVideo(provider, "sim-video~render=never~poll-after=0s", "x");
        String done = SIMULATOR.createVideo(provider, "sim-video~render=0s", "x");

        assertThat(SIMULATOR.getVideo(provider, "/" + open).headers().firstValue("openai-poll-after-ms"))
                .contains("2000");
        assertThat(SIMULATOR.getVideo(provider, "/" + quiet).headers().firstValue("openai-poll-after-ms"))
                .isEmpty();
        assertThat(SIMULATOR.getVideo(provider, "/" + done).headers().firstValue("openai-poll-after-ms"))
                .isEmpty();
    }
}
