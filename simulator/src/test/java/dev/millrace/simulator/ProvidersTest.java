package dev.millrace.simulator;

import static dev.millrace.simulator.SimulatorFixture.chatBody;
import static dev.millrace.simulator.SimulatorFixture.freshProvider;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.simulator.ledger.KeyPrint;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ProvidersTest {

    private static final SimulatorFixture SIMULATOR = new SimulatorFixture();

    private final String provider = freshProvider();

    @AfterAll
    static void stop() {
        SIMULATOR.close();
    }

    private HttpResponse<String> withKey(String key, String method, String path, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(SIMULATOR.server.openAiUrl(provider) + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        return SIMULATOR.http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void a_path_without_a_provider_is_for_the_default_one() throws Exception {
        SIMULATOR.post(SIMULATOR.server.baseUrl() + "/v1/chat/completions", chatBody("sim-chat", "bare"));

        assertThat(SIMULATOR.ledger("default")).hasSize(1);
        assertThat(SIMULATOR.ledger(provider)).isEmpty();
    }

    @Test
    void any_key_will_do_but_there_must_be_one() throws Exception {
        assertThat(withKey("whatever", "GET", "/models", "").statusCode()).isEqualTo(200);

        HttpResponse<String> none = withKey("", "GET", "/models", "");
        assertThat(none.statusCode()).isEqualTo(401);
        assertThat(none.body()).contains("\"code\":\"invalid_api_key\"");
    }

    @Test
    void a_provider_with_keys_takes_no_other_and_never_tells_them() throws Exception {
        String settings = SIMULATOR
                .control("PUT", "/sim/providers/" + provider, "{\"keys\":[\"sk-good-1234567\"]}")
                .toString();
        assertThat(settings).contains(KeyPrint.of("sk-good-1234567")).doesNotContain("sk-good-1234567");

        assertThat(withKey("sk-good-1234567", "GET", "/models", "").statusCode())
                .isEqualTo(200);
        HttpResponse<String> wrong = withKey("sk-evil-1234567", "GET", "/models", "");
        assertThat(wrong.statusCode()).isEqualTo(401);
        assertThat(wrong.body()).doesNotContain("sk-evil-1234567");

        SIMULATOR.control("PUT", "/sim/providers/" + provider, "{\"keys\":null}");
        assertThat(withKey("sk-evil-1234567", "GET", "/models", "").statusCode())
                .isEqualTo(200);
    }

    @Test
    void a_refused_key_creates_nothing() throws Exception {
        SIMULATOR.control("PUT", "/sim/providers/" + provider, "{\"keys\":[]}");

        assertThat(withKey("any", "POST", "/videos", SimulatorFixture.videoBody("sim-video", "x"))
                        .statusCode())
                .isEqualTo(401);
        assertThat(SIMULATOR.renders(provider)).isEmpty();
    }

    @Test
    void a_provider_without_a_list_answers_404_to_it_and_to_nothing_else() throws Exception {
        SIMULATOR.control("PUT", "/sim/providers/" + provider, "{\"list\":false}");
        String id = SIMULATOR.createVideo(provider, "sim-video", "x");

        assertThat(SIMULATOR.getVideo(provider, "").statusCode()).isEqualTo(404);
        assertThat(SIMULATOR.getVideo(provider, "/" + id).statusCode()).isEqualTo(200);
    }

    @Test
    void a_render_is_seen_by_the_key_that_created_it_unless_keys_share() throws Exception {
        String id = SIMULATOR.createVideo(provider, "sim-video", "x");

        assertThat(withKey("sk-other-12345", "GET", "/videos/" + id, "").statusCode())
                .isEqualTo(404);
        assertThat(withKey("sk-other-12345", "GET", "/videos", "").body()).contains("\"data\":[]");

        SIMULATOR.control("PUT", "/sim/providers/" + provider, "{\"renders\":\"shared\"}");
        assertThat(withKey("sk-other-12345", "GET", "/videos/" + id, "").statusCode())
                .isEqualTo(200);
    }

    @Test
    void one_providers_renders_are_unknown_to_another() throws Exception {
        String id = SIMULATOR.createVideo(provider, "sim-video", "x");

        assertThat(SIMULATOR.getVideo(freshProvider(), "/" + id).statusCode()).isEqualTo(404);
    }

    @Test
    void the_model_list_is_what_it_is_set_to() throws Exception {
        SIMULATOR.control("PUT", "/sim/providers/" + provider, "{\"models\":[\"gpt-5.2\",\"sora-2\"]}");

        assertThat(withKey("any", "GET", "/models", "").body())
                .contains("gpt-5.2", "sora-2")
                .doesNotContain("sim-chat");
    }
}
