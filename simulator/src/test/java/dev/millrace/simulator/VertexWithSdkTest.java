package dev.millrace.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.auth.oauth2.ServiceAccountCredentials;
import com.google.genai.Client;
import com.google.genai.errors.ClientException;
import com.google.genai.types.GenerateVideosConfig;
import com.google.genai.types.GenerateVideosOperation;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.HttpRetryOptions;
import dev.millrace.simulator.media.Media;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Google's own SDK as the judge of the videos that the simulator makes in the name of Vertex AI, with a service
/// account's credentials.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class VertexWithSdkTest {

    private static final SimulatorFixture SIMULATOR = new SimulatorFixture();

    private final String provider = SimulatorFixture.freshProvider();
    private final Client client;

    VertexWithSdkTest() throws GeneralSecurityException {
        SIMULATOR.control("PUT", "/sim/providers/" + provider, "{\"keys\":[]}");
        var keys = KeyPairGenerator.getInstance("RSA");
        keys.initialize(2048);
        client = Client.builder()
                .vertexAI(true)
                .project("p1")
                .location("us-central1")
                .credentials(ServiceAccountCredentials.newBuilder()
                        .setClientEmail("sim@p1.iam.gserviceaccount.com")
                        .setPrivateKey(keys.generateKeyPair().getPrivate())
                        .setPrivateKeyId("k1")
                        .setTokenServerUri(URI.create(SIMULATOR.server.providerUrl(provider) + "/token"))
                        .setScopes(List.of("https://www.googleapis.com/auth/cloud-platform"))
                        .build())
                .httpOptions(HttpOptions.builder()
                        .baseUrl(SIMULATOR.server.providerUrl(provider).toString())
                        .apiVersion("v1")
                        .retryOptions(HttpRetryOptions.builder().attempts(1).build())
                        .build())
                .build();
    }

    @AfterAll
    static void stop() {
        SIMULATOR.close();
    }

    private GenerateVideosOperation started(String model) {
        return client.models.generateVideos(
                model,
                "a cat",
                null,
                GenerateVideosConfig.builder()
                        .durationSeconds(8)
                        .aspectRatio("16:9")
                        .generateAudio(false)
                        .build());
    }

    private GenerateVideosOperation done(GenerateVideosOperation started) {
        return GoogleOperations.awaitDone(client, started);
    }

    @Test
    void a_video_is_created_polled_and_comes_inline() {
        GenerateVideosOperation started = started("veo-3.1~render=200ms");
        assertThat(started.name())
                .hasValueSatisfying(name -> assertThat(name)
                        .startsWith("projects/p1/locations/us-central1/publishers/google/models/veo-3.1~render=200ms"
                                + "/operations/"));
        assertThat(started.done().orElse(false)).isFalse();

        var videos = done(started).response().orElseThrow().generatedVideos().orElseThrow();

        assertThat(videos.getFirst().video().orElseThrow().videoBytes())
                .hasValueSatisfying(bytes -> assertThat(bytes).isEqualTo(Media.VIDEO.bytes()));
        List<JsonNode> renders = SIMULATOR.renders(provider);
        assertThat(renders).hasSize(1);
        assertThat(renders.getFirst().path("prompt").asString("")).isEqualTo("a cat");
        assertThat(renders.getFirst().path("seconds").asString("")).isEqualTo("8");
    }

    @Test
    void a_render_that_failed_is_done_with_an_error() {
        GenerateVideosOperation failed = done(started("veo-3.1~render=0s~fail=UNAVAILABLE"));

        assertThat(failed.error())
                .hasValueSatisfying(error -> assertThat(error.get("code")).hasToString("14"));
        assertThat(failed.response()).isEmpty();
    }

    @Test
    void a_create_that_is_refused_is_the_sdks_own_exception_and_makes_nothing() {
        assertThatThrownBy(() -> started("veo-3.1~create.status=429"))
                .isInstanceOfSatisfying(
                        ClientException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(429));
        assertThat(SIMULATOR.renders(provider)).isEmpty();
    }
}
