package dev.millrace.worker.polling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.worker.fixture.Provider;
import dev.millrace.worker.fixture.RunningWorker;
import dev.millrace.worker.fixture.Work;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A video job the whole way, at each of Google's formats: to the stored file, and paid for once.
@DisplayNameGeneration(ReplaceUnderscores.class)
class GoogleVideoTest {

    private static final String DUE =
            "update render set due_at = now() where job_id = :id and phase = 'poll' and claimed_by is null";

    @TempDir
    private static Path assets;

    private static final Provider PROVIDER = new Provider();
    private static final TestDatabase DATABASE = TestDatabase.create();
    private static RunningWorker worker;

    private final Work work = new Work(DATABASE);

    @BeforeAll
    static void start() throws NoSuchAlgorithmException {
        var settings = new ArrayList<>(List.of(
                "millrace.providers.google.type=gemini",
                "millrace.providers.google.base-url=" + PROVIDER.googleUrl(),
                "millrace.providers.google.keys=a-key-of-googles",
                "millrace.providers.google-pooled.type=gemini",
                "millrace.providers.google-pooled.base-url=" + PROVIDER.googleUrl(),
                "millrace.providers.google-pooled.keys=one-of-two,two-of-two",
                "millrace.providers.vertex.type=vertex",
                "millrace.providers.vertex.base-url=" + PROVIDER.googleUrl() + "/v1/projects/p1/locations/us-central1",
                "millrace.providers.vertex.keys[0]=" + serviceAccount()));
        settings.addAll(route("veo", "google", "veo-sim~render=50ms"));
        settings.addAll(route("vertex", "vertex", "veo-sim~render=50ms"));
        settings.addAll(route("omni", "google", "gemini-omni-sim~render=50ms"));
        settings.addAll(route("veo-long", "google", "veo-sim~render=never"));
        settings.addAll(route("omni-long", "google", "gemini-omni-sim~render=never"));
        settings.addAll(route("omni-pooled", "google-pooled", "gemini-omni-sim~render=never"));
        settings.addAll(route("veo-lost", "google", "veo-sim~create.accept-then=reset"));
        settings.addAll(route("vertex-lost", "vertex", "veo-sim~create.accept-then=502"));
        settings.addAll(route("omni-lost", "google", "gemini-omni-sim~create.accept-then=garbage"));
        settings.addAll(route("veo-filtered", "google", "veo-sim~render=0ms~fail=filtered"));
        settings.addAll(route("vertex-filtered", "vertex", "veo-sim~render=0ms~fail=filtered"));
        settings.addAll(route("veo-failed", "google", "veo-sim~render=0ms~fail=UNAVAILABLE"));
        settings.addAll(route("veo-invalid", "google", "veo-sim~render=0ms~fail=INVALID_ARGUMENT"));
        settings.add("millrace.models.veo-invalid.render.failed-renders-billed=false");
        settings.addAll(route("omni-slow", "google", "gemini-omni-sim~render=0ms~file.state=PROCESSING~file.times=1"));
        settings.add("millrace.prices.default.seconds.any=0.25");
        worker = RunningWorker.start(DATABASE, PROVIDER, assets, settings.toArray(String[]::new));
    }

    private static List<String> route(String name, String provider, String model) {
        var path = "millrace.models." + name;
        return List.of(
                path + ".kind=video",
                path + ".deployments[0].provider=" + provider,
                path + ".deployments[0].model=" + model);
    }

    private static String serviceAccount() throws NoSuchAlgorithmException {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        var key = Base64.getEncoder()
                .encodeToString(generator.generateKeyPair().getPrivate().getEncoded());
        return JsonMapper.shared()
                .createObjectNode()
                .put("client_email", "millrace@p1.iam.gserviceaccount.com")
                .put("private_key", "-----BEGIN PRIVATE KEY-----\n" + key + "\n-----END PRIVATE KEY-----\n")
                .put("token_uri", PROVIDER.googleUrl() + "/token")
                .toString();
    }

    @AfterAll
    static void stop() {
        worker.close();
        DATABASE.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"veo", "vertex", "omni"})
    void is_rendered_stored_and_billed_once(String model) throws IOException {
        var job = work.video(model);
        work.alter(DUE, job);

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
        assertThat(work.attempts(job)).containsExactly("1 succeeded succeeded");
        assertThat(PROVIDER.requests("video.create", job.prompt())).hasSize(1);
        assertThat(PROVIDER.renders(job.prompt()))
                .singleElement()
                .satisfies(
                        render -> assertThat(render.path("billed").asBoolean()).isTrue());
        var file = assets.resolve(work.text("select path from asset where job_id = :id", job));
        assertThat(Files.size(file))
                .isEqualTo(work.number("select bytes from asset where job_id = :id", job))
                .isGreaterThan(4_000);
    }

    @ParameterizedTest
    @CsvSource({
        "veo,    720x1280,  4, 1",
        "vertex, 1280x720,  4, 1",
        "omni,   1280x720,  4, 1",
        "veo,    1920x1080, 8, 2",
        "vertex, 1080x1920, 8, 2",
        "omni,   1920x1080, 4, 1",
    })
    void whose_request_names_no_length_is_booked_by_the_one_that_google_was_asked_for(
            String model, String size, String seconds, String cost) {
        var job = work.video(model, Map.of("size", size));
        work.alter(DUE, job);

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
        assertThat(PROVIDER.renders(job.prompt()))
                .singleElement()
                .satisfies(
                        render -> assertThat(render.path("seconds").asString()).isEqualTo(seconds));
        assertThat(booked("seconds", job)).isEqualByComparingTo(seconds);
        assertThat(booked("cost", job)).isEqualByComparingTo(cost);
    }

    private BigDecimal booked(String what, Work.Submitted job) {
        return new BigDecimal(work.text("select " + what + " from attempt where job_id = :id", job));
    }

    @Test
    void whose_file_is_still_being_processed_waits_for_it() {
        var job = work.video("omni-slow");
        work.alter(DUE, job);

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
        assertThat(PROVIDER.requestsAboutRender("video.file", job.prompt())).hasSize(2);
        assertThat(PROVIDER.requestsAboutRender("video.content", job.prompt())).hasSize(1);
    }

    @Test
    void that_google_reports_as_failed_is_booked_and_not_asked_for_again() {
        var job = work.video("veo-failed");
        work.alter(DUE, job);

        assertThat(work.awaitEnd(job)).isEqualTo("failed");
        assertThat(work.errorCode(job)).isEqualTo("server_error");
        assertThat(booked("cost", job)).isEqualByComparingTo("1");
        assertThat(PROVIDER.requests("video.create", job.prompt())).hasSize(1);
    }

    @Test
    void that_was_asked_for_wrongly_is_not_asked_for_again_even_where_nobody_bills_it() {
        var job = work.video("veo-invalid");
        work.alter(DUE, job);

        assertThat(work.awaitEnd(job)).isEqualTo("failed");
        assertThat(work.errorCode(job)).isEqualTo("invalid_request");
        assertThat(booked("cost", job)).isEqualByComparingTo("0");
        assertThat(PROVIDER.requests("video.create", job.prompt())).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"veo-lost", "vertex-lost", "omni-lost"})
    void whose_answer_is_lost_is_held_since_google_can_not_be_asked_and_never_paid_again(String model) {
        var job = work.video(model);
        work.awaitPlace(job, "held");

        assertThat(work.text("select hold_reason from job_run where job_id = :id", job))
                .isEqualTo("provider_cannot_tell");
        assertThat(work.attempts(job)).singleElement().asString().startsWith("1 indeterminate");
        assertThat(PROVIDER.requests("video.create", job.prompt())).hasSize(1);
        assertThat(PROVIDER.renders(job.prompt())).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"veo-filtered", "vertex-filtered"})
    void that_the_filter_holds_back_fails_as_refused_and_is_not_billed(String model) {
        var job = work.video(model);
        work.alter(DUE, job);

        assertThat(work.awaitEnd(job)).isEqualTo("failed");
        assertThat(work.errorCode(job)).isEqualTo("content_refused");
        assertThat(PROVIDER.renders(job.prompt()))
                .singleElement()
                .satisfies(
                        render -> assertThat(render.path("billed").asBoolean()).isFalse());
        assertThat(booked("cost", job)).isEqualByComparingTo("0");
        assertThat(work.texts("select seconds from attempt where job_id = :id", job))
                .as("no seconds of video in the sums")
                .containsExactly("null");
    }

    @Test
    void whose_job_is_cancelled_is_stopped_where_the_format_has_that_and_its_attempt_says_so() {
        var job = work.video("omni-long");
        work.await("select 1 from render where job_id = :id and phase = 'poll'", job);

        work.cancel(job);
        assertThat(work.awaitEnd(job)).isEqualTo("cancelled");
        work.alter(DUE, job);

        work.await("select 1 from attempt where job_id = :id and status = 'failed' and error_code = 'cancelled'", job);
        assertThat(PROVIDER.requestsAboutRender("video.cancel", job.prompt())).hasSize(1);
        assertThat(work.texts("select 1 from render where job_id = :id", job)).isEmpty();
        assertThat(booked("cost", job)).as("it may be billed").isEqualByComparingTo("1");
        assertThat(work.awaitEnd(job)).isEqualTo("cancelled");
    }

    @Test
    void is_stopped_with_the_key_that_created_it_also_while_that_is_set_aside() {
        var jobs = List.of(work.video("omni-pooled"), work.video("omni-pooled"));
        jobs.forEach(job -> work.await("select 1 from render where job_id = :id and phase = 'poll'", job));
        var creators = jobs.stream()
                .map(job -> keys(PROVIDER.requests("video.create", job.prompt())))
                .toList();
        assertThat(creators).allSatisfy(keys -> assertThat(keys).hasSize(1)).doesNotHaveDuplicates();
        PROVIDER.behave("video.create", Map.of("status", 401), 2);
        var refused = work.video("omni-pooled");
        Awaitility.await("both keys are refused")
                .atMost(Work.SOON)
                .until(() -> keys(PROVIDER.requests("video.create", refused.prompt()))
                                .size()
                        == 2);

        jobs.forEach(job -> {
            work.cancel(job);
            work.alter(DUE, job);
            work.await("select 1 from attempt where job_id = :id and error_code = 'cancelled'", job);
        });

        for (int i = 0; i < jobs.size(); i++) {
            assertThat(keys(PROVIDER.requestsAboutRender(
                            "video.cancel", jobs.get(i).prompt())))
                    .isEqualTo(creators.get(i));
        }
        work.cancel(refused);
    }

    private static List<String> keys(List<JsonNode> requests) {
        return requests.stream()
                .map(request -> request.path("key").asString())
                .distinct()
                .toList();
    }

    @Test
    void whose_job_is_cancelled_is_followed_on_where_the_format_has_nothing_to_stop_it() {
        var job = work.video("veo-long");
        work.await("select 1 from render where job_id = :id and phase = 'poll'", job);

        work.cancel(job);
        work.alter(DUE, job);

        work.await("select 1 from render where job_id = :id and polls > 0", job);
        assertThat(PROVIDER.requestsAboutRender("video.cancel", job.prompt())).isEmpty();
        assertThat(work.attempts(job)).containsExactly("1 accepted accepted");
    }

    @Test
    void that_google_has_no_words_for_fails_naming_the_parameter_and_is_not_sent() {
        var job = work.video("veo", Map.of("size", "1792x1024"));

        assertThat(work.awaitEnd(job)).isEqualTo("failed");
        assertThat(work.errorCode(job)).isEqualTo("unsupported_parameter");
        assertThat(PROVIDER.requests("video.create", job.prompt())).isEmpty();
    }

    @Test
    void asks_for_one_token_for_all_its_renders() {
        for (var job : List.of(work.video("vertex"), work.video("vertex"), work.video("vertex"))) {
            work.alter(DUE, job);
            assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
        }
        assertThat(PROVIDER.requests("access-token")).hasSize(1);
    }
}
