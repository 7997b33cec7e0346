package dev.millrace.simulator;

import static dev.millrace.simulator.GeminiClient.json;
import static dev.millrace.simulator.SimulatorFixture.freshProvider;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.simulator.media.Media;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class VertexTest {

    private static final SimulatorFixture SIMULATOR = new SimulatorFixture();
    private static final String SIGNATURE =
            Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[256]);
    private static final String BODY =
            "{\"instances\":[{\"prompt\":\"a cat\"}],\"parameters\":{\"durationSeconds\":4,\"generateAudio\":false}}";

    private final String provider = freshProvider();
    private final GeminiClient client = new GeminiClient(SIMULATOR, provider);

    @AfterAll
    static void stop() {
        SIMULATOR.close();
    }

    private static String path(String model) {
        return "/v1/projects/p1/locations/us-central1/publishers/google/models/" + model;
    }

    private static String part(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    private String claims(long life) {
        long now = System.currentTimeMillis() / 1000;
        return "{\"iss\":\"sim@p1.iam.gserviceaccount.com\",\"scope\":"
                + "\"https://www.googleapis.com/auth/cloud-platform\",\"aud\":\""
                + SIMULATOR.server.providerUrl(provider) + "/token\",\"iat\":" + now + ",\"exp\":" + (now + life) + "}";
    }

    private HttpResponse<String> askForToken(String assertion) throws Exception {
        String form =
                "grant_type=" + URLEncoder.encode("urn:ietf:params:oauth:grant-type:jwt-bearer", StandardCharsets.UTF_8)
                        + "&assertion=" + assertion;
        return SIMULATOR.http.send(
                HttpRequest.newBuilder(URI.create(SIMULATOR.server.providerUrl(provider) + "/token"))
                        .timeout(Duration.ofSeconds(20))
                        .header("content-type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String token() throws Exception {
        HttpResponse<String> answer =
                askForToken(part("{\"alg\":\"RS256\",\"typ\":\"JWT\"}") + "." + part(claims(3600)) + "." + SIGNATURE);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer.body()).path("access_token").asString("");
    }

    private HttpResponse<String> post(String token, String path, String body) throws Exception {
        return client.send(path, body, "authorization", "Bearer " + token);
    }

    private String started(String token, String model) throws Exception {
        HttpResponse<String> answer = post(token, path(model) + ":predictLongRunning", BODY);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer.body()).path("name").asString("");
    }

    private JsonNode poll(String token, String model, String name) throws Exception {
        return json(post(token, path(model) + ":fetchPredictOperation", "{\"operationName\":\"" + name + "\"}")
                .body());
    }

    @Test
    void a_video_comes_inline_to_whoever_has_a_token_of_the_account() throws Exception {
        SIMULATOR.control("PUT", "/sim/providers/" + provider, "{\"keys\":[]}");
        String name = started(token(), "veo-3.1~render=0s");

        assertThat(name).startsWith(path("veo-3.1~render=0s").substring("/v1/".length()) + "/operations/");
        JsonNode done = poll(token(), "veo-3.1~render=0s", name);
        assertThat(done.path("done").asBoolean()).isTrue();
        JsonNode video = done.at("/response/videos/0");
        assertThat(video.path("mimeType").asString("")).isEqualTo("video/mp4");
        assertThat(Base64.getDecoder().decode(video.path("bytesBase64Encoded").asString("")))
                .isEqualTo(Media.VIDEO.bytes());
    }

    @Test
    void an_operation_that_is_not_done_has_a_name_only() throws Exception {
        String token = token();
        String name = started(token, "veo-3.1~render=never");

        assertThat(poll(token, "veo-3.1~render=never", name).propertyNames()).containsExactly("name");
    }

    @ParameterizedTest
    @CsvSource({"5000000", "5000001", "5000002"})
    void a_video_can_be_of_any_size(int size) throws Exception {
        String token = token();
        String model = "veo-3.1~render=0s~poll.size=" + size;
        JsonNode done = poll(token, model, started(token, model));

        byte[] video = Base64.getDecoder()
                .decode(done.at("/response/videos/0/bytesBase64Encoded").asString(""));
        assertThat(video).hasSize(size).startsWith(Media.VIDEO.bytes());
    }

    @Test
    void an_inline_video_can_be_cut_or_filtered_away() throws Exception {
        String token = token();
        String cut = "veo-3.1~render=0s~poll.size=100000~poll.cut=50000";
        String name = started(token, cut);
        try (RawClient raw = SIMULATOR.raw()) {
            String body = "{\"operationName\":\"" + name + "\"}";
            RawClient.Received received = raw.send("POST /p/" + provider + path(cut)
                            + ":fetchPredictOperation HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token
                            + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                    .receive(5_000);
            assertThat(received.body()).hasSize(50_000);
            assertThat(received.end()).isEqualTo(RawClient.End.CLOSED);
        }
        String filtered = "veo-3.1~render=0s~fail=moderation_blocked";
        assertThat(poll(token, filtered, started(token, filtered))
                        .at("/response/raiMediaFilteredCount")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void a_token_that_was_not_given_or_has_ended_is_refused() throws Exception {
        SIMULATOR.behave(provider, "access-token", "*", Map.of("expires", "0s"));
        String ended = token();
        HttpResponse<String> answer = post(ended, path("veo-3.1") + ":predictLongRunning", BODY);
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(json(answer.body()).at("/error/status").asString("")).isEqualTo("UNAUTHENTICATED");

        SIMULATOR.control("PUT", "/sim/providers/" + provider, "{\"keys\":[]}");
        assertThat(post("ya29.other", path("veo-3.1") + ":predictLongRunning", BODY)
                        .statusCode())
                .isEqualTo(401);
        assertThat(SIMULATOR.renders(provider)).isEmpty();
    }

    @Test
    void an_assertion_that_is_not_in_order_gets_oauths_error() throws Exception {
        String head = part("{\"alg\":\"RS256\"}");

        for (String assertion : new String[] {
            "nonsense",
            head + "." + part(claims(3600)) + ".AAAA",
            head + "." + part(claims(7200)) + "." + SIGNATURE,
            head + "." + part(claims(-10)) + "." + SIGNATURE,
            part("{\"alg\":\"none\"}") + "." + part(claims(3600)) + "." + SIGNATURE
        }) {
            HttpResponse<String> answer = askForToken(assertion);
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(json(answer.body()).path("error").asString("")).isEqualTo("invalid_grant");
        }
    }

    @Test
    void neither_assertion_nor_token_is_shown_anywhere() throws Exception {
        String token = token();
        started(token, "veo-3.1");
        JsonNode entries = SIMULATOR.control("GET", "/sim/ledger?provider=" + provider, "");
        StringBuilder shown = new StringBuilder(entries.toString());
        for (JsonNode entry : entries.path("entries")) {
            shown.append(SIMULATOR.control(
                    "GET", "/sim/raw?number=" + entry.path("number").asLong(), ""));
        }

        assertThat(shown.toString()).doesNotContain(token).doesNotContain(SIGNATURE.substring(0, 40));
        assertThat(entries.at("/entries/0/operation").asString("")).isEqualTo("access-token");
        assertThat(entries.at("/entries/0/prompt").asString("")).isEqualTo("sim@p1.iam.gserviceaccount.com");
    }

    @Test
    void faults_from_outside_act_on_the_token_endpoint() throws Exception {
        SIMULATOR.behave(provider, "access-token", "*", Map.of("status", 503, "times", 1));

        assertThat(askForToken(part("{\"alg\":\"RS256\"}") + "." + part(claims(3600)) + "." + SIGNATURE)
                        .statusCode())
                .isEqualTo(503);
        assertThat(token()).startsWith("ya29.");
    }
}
