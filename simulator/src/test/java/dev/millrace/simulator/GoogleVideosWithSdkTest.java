package dev.millrace.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.genai.Client;
import com.google.genai.errors.ClientException;
import com.google.genai.gaos.models.interactions.CreateModelInteraction;
import com.google.genai.gaos.models.interactions.CreateModelInteractionResponseFormat;
import com.google.genai.gaos.models.interactions.Interaction;
import com.google.genai.gaos.models.interactions.InteractionStatus;
import com.google.genai.gaos.models.interactions.InteractionsInput;
import com.google.genai.gaos.models.interactions.ModelOutputStep;
import com.google.genai.gaos.models.interactions.Resolution;
import com.google.genai.gaos.models.interactions.ResponseFormat;
import com.google.genai.gaos.models.interactions.VideoContent;
import com.google.genai.gaos.models.interactions.VideoResponseFormat;
import com.google.genai.gaos.models.interactions.VideoResponseFormatAspectRatio;
import com.google.genai.gaos.models.interactions.VideoResponseFormatDelivery;
import com.google.genai.gaos.models.operations.CreateInteractionRequestBody;
import com.google.genai.gaos.models.operations.GetInteractionByIdRequest;
import com.google.genai.types.GenerateVideosConfig;
import com.google.genai.types.GenerateVideosOperation;
import com.google.genai.types.GenerateVideosResponse;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.HttpRetryOptions;
import com.google.genai.types.Image;
import com.google.genai.types.Video;
import dev.millrace.simulator.media.Media;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Google's own SDK as the judge of the videos that the simulator makes in its name, by Veo and by Omni.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class GoogleVideosWithSdkTest {

    private static final SimulatorFixture SIMULATOR = new SimulatorFixture();

    private final String provider = SimulatorFixture.freshProvider();
    private final Client client = Client.builder()
            .apiKey(SimulatorFixture.KEY)
            .httpOptions(HttpOptions.builder()
                    .baseUrl(SIMULATOR.server.providerUrl(provider))
                    .retryOptions(HttpRetryOptions.builder().attempts(1).build())
                    .build())
            .build();

    private static final List<InteractionStatus> UNDER_WAY =
            List.of(InteractionStatus.QUEUED, InteractionStatus.IN_PROGRESS);

    @AfterAll
    static void stop() {
        SIMULATOR.close();
    }

    private GenerateVideosOperation started(String model, @Nullable Image image) {
        return client.models.generateVideos(
                model,
                "a cat",
                image,
                GenerateVideosConfig.builder()
                        .durationSeconds(8)
                        .aspectRatio("9:16")
                        .resolution("1080p")
                        .negativePrompt("dogs")
                        .build());
    }

    private GenerateVideosOperation done(GenerateVideosOperation started) {
        return GoogleOperations.awaitDone(client, started);
    }

    private JsonNode onlyRender() {
        assertThat(SIMULATOR.renders(provider)).hasSize(1);
        return SIMULATOR.renders(provider).getFirst();
    }

    @Test
    void a_video_of_veo_is_created_polled_and_downloaded(@TempDir Path folder) throws IOException {
        GenerateVideosOperation started = started("veo-3.1~render=200ms", null);
        assertThat(started.name())
                .hasValueSatisfying(name -> assertThat(name).startsWith("models/veo-3.1~render=200ms/operations/"));
        assertThat(started.done().orElse(false)).isFalse();

        GenerateVideosResponse response = done(started).response().orElseThrow();
        Video video =
                response.generatedVideos().orElseThrow().getFirst().video().orElseThrow();
        Path file = folder.resolve("video.mp4");
        client.files.download(video, file.toString(), null);

        assertThat(Files.readAllBytes(file)).isEqualTo(Media.VIDEO.bytes());
        assertThat(onlyRender().path("prompt").asString("")).isEqualTo("a cat");
        assertThat(onlyRender().path("size").asString("")).isEqualTo("1080x1920");
        assertThat(onlyRender().path("seconds").asString("")).isEqualTo("8");
        assertThat(onlyRender().path("downloads").asInt()).isEqualTo(1);
    }

    @Test
    void a_first_frame_is_taken() {
        Image frame = Image.builder()
                .imageBytes(new byte[] {1, 2, 3})
                .mimeType("image/png")
                .build();

        assertThat(done(started("veo-3.1~render=0s", frame)).response()).isPresent();
    }

    @Test
    void a_video_that_a_filter_held_back_is_done_without_one_and_says_why() {
        GenerateVideosResponse response = done(started(
                        "veo-3.1~render=0s~fail=moderation_blocked~fail-message=violates-the-rules", null))
                .response()
                .orElseThrow();

        assertThat(response.raiMediaFilteredCount()).contains(1);
        assertThat(response.raiMediaFilteredReasons())
                .hasValueSatisfying(reasons -> assertThat(reasons).containsExactly("violates-the-rules"));
        assertThat(response.generatedVideos().map(videos -> !videos.isEmpty()).orElse(false))
                .isFalse();
    }

    @Test
    void a_render_that_failed_is_done_with_an_error() {
        GenerateVideosOperation failed = done(started("veo-3.1~render=0s~fail=UNAVAILABLE", null));

        assertThat(failed.error())
                .hasValueSatisfying(error -> assertThat(error.get("code")).hasToString("14"));
        assertThat(failed.response()).isEmpty();
    }

    @Test
    void a_create_that_is_refused_is_the_sdks_own_exception_and_makes_nothing() {
        assertThatThrownBy(() -> started("veo-3.1~create.status=429", null))
                .isInstanceOfSatisfying(
                        ClientException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(429));
        assertThat(SIMULATOR.renders(provider)).isEmpty();
    }

    private Interaction begun(String model, VideoResponseFormatDelivery delivery) {
        CreateModelInteraction question = CreateModelInteraction.builder()
                .model(model)
                .input(InteractionsInput.of("a cat"))
                .responseFormat(CreateModelInteractionResponseFormat.of(ResponseFormat.of(VideoResponseFormat.builder()
                        .aspectRatio(VideoResponseFormatAspectRatio.of("16:9"))
                        .resolution(Resolution.of("720p"))
                        .delivery(delivery)
                        .build())))
                .background(true)
                .store(true)
                .build();
        return client.interactions
                .create(CreateInteractionRequestBody.of(question))
                .interaction()
                .orElseThrow();
    }

    private Interaction ended(Interaction begun) {
        String id = begun.id().orElseThrow();
        AtomicReference<Interaction> last = new AtomicReference<>(begun);
        SimulatorFixture.await("it has ended", () -> {
            last.set(client.interactions
                    .get(new GetInteractionByIdRequest(id))
                    .interaction()
                    .orElseThrow());
            return !UNDER_WAY.contains(
                    Objects.requireNonNull(last.get()).status().orElseThrow());
        });
        return Objects.requireNonNull(last.get());
    }

    private static Optional<VideoContent> video(Interaction ended) {
        return ended.steps().orElse(List.of()).stream()
                .filter(ModelOutputStep.class::isInstance)
                .flatMap(step -> ((ModelOutputStep) step).content().orElse(List.of()).stream())
                .filter(VideoContent.class::isInstance)
                .map(VideoContent.class::cast)
                .findFirst();
    }

    @Test
    void a_video_of_omni_is_created_in_the_background_and_comes_with_a_later_look() {
        Interaction begun = begun("gemini-omni-1.1-flash~render=200ms", VideoResponseFormatDelivery.INLINE);
        assertThat(begun.status()).contains(InteractionStatus.IN_PROGRESS);

        Interaction ended = ended(begun);

        assertThat(ended.status()).contains(InteractionStatus.COMPLETED);
        assertThat(video(ended))
                .hasValueSatisfying(video -> assertThat(
                                Base64.getDecoder().decode(video.data().orElseThrow()))
                        .isEqualTo(Media.VIDEO.bytes()));
        assertThat(onlyRender().path("prompt").asString("")).isEqualTo("a cat");
        assertThat(onlyRender().path("size").asString("")).isEqualTo("1280x720");
    }

    @Test
    void a_video_of_omni_that_is_wanted_by_address_has_one() {
        Interaction ended = ended(begun("gemini-omni-1.1-flash~render=100ms", VideoResponseFormatDelivery.URI));

        assertThat(video(ended)).hasValueSatisfying(video -> {
            assertThat(video.data()).isEmpty();
            assertThat(video.uri()).hasValueSatisfying(uri -> assertThat(uri).contains("/v1beta/files/"));
        });
    }

    @Test
    void a_video_of_omni_that_failed_has_that_status() {
        Interaction ended =
                ended(begun("gemini-omni-1.1-flash~render=100ms~fail=INTERNAL", VideoResponseFormatDelivery.INLINE));

        assertThat(ended.status()).contains(InteractionStatus.FAILED);
        assertThat(video(ended)).isEmpty();
    }
}
