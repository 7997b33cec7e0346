package dev.millrace.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.HttpResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIInvalidDataException;
import com.openai.models.videos.ImageInputReferenceParam;
import com.openai.models.videos.Video;
import com.openai.models.videos.VideoCreateParams;
import com.openai.models.videos.VideoListParams;
import com.openai.models.videos.VideoSeconds;
import com.openai.models.videos.VideoSize;
import dev.millrace.simulator.media.Media;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
// The SDK marks the whole videos family as deprecated; it stays the wire format that gateways serve.
@SuppressWarnings("deprecation")
class OpenAiVideosWithSdkTest {

    private static final SimulatorFixture SIMULATOR = new SimulatorFixture();

    private final String provider = SimulatorFixture.freshProvider();
    private final OpenAIClient client = OpenAIOkHttpClient.builder()
            .baseUrl(SIMULATOR.server.openAiUrl(provider))
            .apiKey(SimulatorFixture.KEY)
            .maxRetries(0)
            .responseValidation(true)
            .build();

    @AfterAll
    static void stop() {
        SIMULATOR.close();
    }

    private static VideoCreateParams.Builder order(String model, String prompt) {
        return VideoCreateParams.builder().model(model).prompt(prompt);
    }

    private Video finished(String id) {
        SimulatorFixture.await(id + " is finished", () -> {
            Video.Status status = client.videos().retrieve(id).status();
            return status.equals(Video.Status.COMPLETED) || status.equals(Video.Status.FAILED);
        });
        return client.videos().retrieve(id);
    }

    @Test
    void a_video_is_ordered_awaited_and_downloaded() throws Exception {
        Video ordered = client.videos()
                .create(order("sim-video~render=300ms", "a cat")
                        .seconds(VideoSeconds._8)
                        .size(VideoSize._1280X720)
                        .build());

        assertThat(ordered.status()).isEqualTo(Video.Status.QUEUED);
        assertThat(ordered.progress()).isZero();
        assertThat(ordered.prompt()).contains("a cat");
        assertThat(ordered.seconds()).isEqualTo(VideoSeconds._8);
        assertThat(ordered.size()).isEqualTo(VideoSize._1280X720);

        Video finished = finished(ordered.id());
        assertThat(finished.status()).isEqualTo(Video.Status.COMPLETED);
        assertThat(finished.progress()).isEqualTo(100);
        assertThat(finished.completedAt().orElseThrow()).isGreaterThanOrEqualTo(finished.createdAt());
        assertThat(finished.expiresAt().orElseThrow())
                .isEqualTo(finished.completedAt().orElseThrow() + 3600);

        try (HttpResponse content = client.videos().downloadContent(ordered.id())) {
            assertThat(content.headers().values("content-type")).containsExactly("video/mp4");
            assertThat(content.body().readAllBytes()).isEqualTo(Media.VIDEO.bytes());
        }
        assertThat(SIMULATOR.renders(provider))
                .singleElement()
                .satisfies(
                        render -> assertThat(render.path("downloads").asInt()).isEqualTo(1));
    }

    @Test
    void progress_follows_the_time_and_does_not_go_down() {
        String id = client.videos()
                .create(order("sim-video~render=400ms", "a cat").build())
                .id();

        long[] last = {0};
        SimulatorFixture.await("it is finished", () -> {
            Video video = client.videos().retrieve(id);
            assertThat(video.progress()).isBetween(last[0], 100L);
            last[0] = video.progress();
            return video.status().equals(Video.Status.COMPLETED);
        });
        assertThat(last[0]).isEqualTo(100);
    }

    @Test
    void every_form_of_a_reference_image_that_the_sdk_sends_is_taken(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("first.png"), Media.IMAGE.bytes());
        List<VideoCreateParams> orders = List.of(
                order("sim-video", "bytes").inputReference(Media.IMAGE.bytes()).build(),
                order("sim-video", "stream")
                        .inputReference(new ByteArrayInputStream(Media.IMAGE.bytes()))
                        .build(),
                order("sim-video", "path").inputReference(file).build(),
                order("sim-video", "file id")
                        .inputReference(ImageInputReferenceParam.builder()
                                .fileId("file-1")
                                .build())
                        .build(),
                order("sim-video", "url")
                        .inputReference(ImageInputReferenceParam.builder()
                                .imageUrl("https://example.com/first.png")
                                .build())
                        .build());

        for (VideoCreateParams params : orders) {
            assertThat(client.videos().create(params).id()).startsWith("video_");
        }
        assertThat(SIMULATOR.renders(provider))
                .extracting(render -> render.path("prompt").stringValue())
                .containsExactly("bytes", "stream", "path", "file id", "url");
    }

    @Test
    void videos_are_listed_page_by_page_newest_first() {
        for (int i = 1; i <= 5; i++) {
            client.videos().create(order("sim-video", "number " + i).build());
        }

        var pages = client.videos().list(VideoListParams.builder().limit(2).build());

        assertThat(pages.items()).hasSize(2);
        assertThat(pages.autoPager().stream().map(video -> video.prompt().orElse("")))
                .containsExactly("number 5", "number 4", "number 3", "number 2", "number 1");
        assertThat(client.videos()
                        .list(VideoListParams.builder()
                                .order(VideoListParams.Order.ASC)
                                .build())
                        .items()
                        .getFirst()
                        .prompt())
                .contains("number 1");
    }

    @Test
    void an_empty_list_is_a_list() {
        assertThat(client.videos().list().items()).isEmpty();
    }

    @Test
    void a_finished_video_is_deleted_and_then_unknown() {
        String id = client.videos()
                .create(order("sim-video~render=0s", "a cat").build())
                .id();

        assertThat(client.videos().delete(id).deleted()).isTrue();
        assertThatThrownBy(() -> client.videos().retrieve(id)).isInstanceOf(NotFoundException.class);
        assertThat(client.videos().list().items()).isEmpty();
    }

    @Test
    void an_unfinished_video_has_no_content_and_is_not_deleted() {
        String id = client.videos()
                .create(order("sim-video~render=never", "a cat").build())
                .id();

        assertThatThrownBy(() -> client.videos().downloadContent(id)).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> client.videos().delete(id)).isInstanceOf(BadRequestException.class);
        assertThat(client.videos().retrieve(id).progress()).isLessThan(100);
    }

    @Test
    void a_render_can_end_failed_with_a_code() {
        String id = client.videos()
                .create(order("sim-video~render=0s~fail=moderation_blocked~fail-message=No.", "a cat")
                        .build())
                .id();

        Video failed = finished(id);
        assertThat(failed.status()).isEqualTo(Video.Status.FAILED);
        assertThat(failed.error()).hasValueSatisfying(error -> {
            assertThat(error.code()).isEqualTo("moderation_blocked");
            assertThat(error.message()).isEqualTo("No.");
        });
        assertThatThrownBy(() -> client.videos().downloadContent(id)).isInstanceOf(NotFoundException.class);
    }

    @Test
    void a_file_can_expire() {
        String id = client.videos()
                .create(order("sim-video~render=0s~expires=0s", "a cat").build())
                .id();

        assertThatThrownBy(() -> client.videos().downloadContent(id))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("expired");
    }

    @Test
    void a_poll_can_answer_what_nobody_understands() {
        String odd = client.videos()
                .create(order("sim-video~poll.state=dreaming", "a cat").build())
                .id();
        String none = client.videos()
                .create(order("sim-video~poll.state=none", "a cat").build())
                .id();
        OpenAIClient lenient = client.withOptions(options -> options.responseValidation(false));

        assertThat(lenient.videos().retrieve(odd).status().asString()).isEqualTo("dreaming");
        assertThatThrownBy(() -> lenient.videos().retrieve(none).status())
                .isInstanceOf(OpenAIInvalidDataException.class);
    }

    @Test
    void a_redirect_to_the_file_is_followed_by_the_sdk() throws Exception {
        String target = client.videos()
                .create(order("sim-video~render=0s", "the target").build())
                .id();
        String url = SIMULATOR.server.openAiUrl(provider) + "/videos/" + target + "/content";
        String id = client.videos()
                .create(order("sim-video~render=0s~content.redirect=" + url, "a cat")
                        .build())
                .id();

        try (HttpResponse content = client.videos().downloadContent(id)) {
            assertThat(content.body().readAllBytes()).isEqualTo(Media.VIDEO.bytes());
        }
        assertThat(SIMULATOR.ledger(provider))
                .filteredOn(entry -> entry.path("operation").asString("").equals("video.content"))
                .extracting(entry -> entry.path("status").asInt())
                .containsExactly(302, 200);
    }
}
