package dev.millrace.quickstart.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.quickstart.client.CallFailed;
import dev.millrace.quickstart.platform.PlatformPorts;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of a paid create when its answer is lost: looked up and adopted where the provider can tell, held for
/// an operator where it can't, and never simply paid again.
@DisplayNameGeneration(ReplaceUnderscores.class)
class HeldRenderIT {

    @TempDir
    static Path folder;

    private static Stage stage;

    @BeforeAll
    static void start() {
        var ports = PlatformPorts.free();
        stage = Stage.set(
                folder,
                ports,
                builder -> builder.workers(1)
                        .provider("mute", Stage.provider(ports, "mute"))
                        .provider("spare", Stage.provider(ports, "spare"))
                        .model("video-mute", Stage.video("mute", "sim-video~render=300ms"))
                        .model("video-mute-late", Stage.video("mute", "sim-video~render=300ms~late-accept=2s"))
                        .model("video-late", Stage.video("simulator", "sim-video~render=300ms~late-accept=2s"))
                        .model(
                                "video-with-spare",
                                Map.of(
                                        "kind", "video",
                                        "deployments",
                                                List.of(Map.of(
                                                        "provider",
                                                        "mute",
                                                        "model",
                                                        "sim-video~accept-then=502~times=1")),
                                        "fallback", List.of("video-spare")))
                        .model("video-spare", Stage.video("spare", "sim-video")));
        stage.witness().providerWithoutList("mute");
    }

    @AfterAll
    static void stop() {
        try (var all = stage) {
            new Described(all.platform()).assertAnswers();
        }
    }

    @AfterEach
    void behave() {
        stage.witness().behaveNormally();
    }

    @Test
    void a_create_that_arrives_after_its_connection_was_lost_is_found_and_billed_once() {
        var prompt = Stage.newPrompt();
        var job = stage.submitVideo("video-late", prompt);
        assertThat(stage.awaitEnd(job).status()).isEqualTo("succeeded");
        assertThat(stage.witness().renders(prompt)).hasSize(1);
        assertThat(stage.witness().requests("video.create", prompt)).hasSize(1);
    }

    @Test
    void where_the_provider_has_no_list_the_job_is_held_and_billed_once() {
        var prompt = Stage.newPrompt();
        var job = stage.awaitHeld(stage.submitVideo("video-mute-late", prompt));
        assertThat(job.status()).isEqualTo("running");
        assertThat(job.json().path("hold").path("reason").asString()).isEqualTo("provider_cannot_tell");
        assertThat(job.json().path("hold").path("attempt").asInt()).isEqualTo(1);
        assertThat(stage.platform()
                        .jobs()
                        .attempts(job.id())
                        .path("data")
                        .get(0)
                        .path("status")
                        .asString())
                .isEqualTo("indeterminate");
        Awaitility.await("the create that was still on its way is carried out")
                .atMost(Stage.SOON)
                .until(() -> !stage.witness().renders(prompt).isEmpty());
        assertThat(stage.witness().renders(prompt))
                .singleElement()
                .satisfies(
                        render -> assertThat(render.path("billed").asBoolean()).isTrue());
        assertThat(stage.witness().requests("video.create", prompt)).hasSize(1);
    }

    @Test
    void a_lost_answer_is_not_failed_over() {
        var prompt = Stage.newPrompt();
        stage.awaitHeld(stage.submitVideo("video-with-spare", prompt));
        assertThat(stage.witness().requests("video.create", prompt))
                .singleElement()
                .satisfies(request ->
                        assertThat(request.path("provider").asString()).isEqualTo("mute"));
    }

    private String held(String prompt) {
        stage.witness().behave("video.create", Map.of("accept-then", "reset"), 1);
        var job = stage.submitVideo("video-mute", prompt);
        stage.awaitHeld(job);
        return job;
    }

    @Test
    void an_operator_says_that_it_was_made_and_the_job_goes_on_with_that_render() {
        var prompt = Stage.newPrompt();
        var job = held(prompt);
        assertThat(stage.platform().operator().holds())
                .filteredOn(hold -> hold.job().equals(job))
                .singleElement()
                .satisfies(hold -> {
                    assertThat(hold.project())
                            .isEqualTo(stage.platform().project().id());
                    assertThat(hold.provider()).contains("mute/sim-video~render=300ms");
                    assertThat(hold.model()).isEqualTo("video-mute");
                });
        var render = stage.witness().renders(prompt).getFirst().path("id").asString();

        assertThatThrownBy(() -> stage.platform().operator().resolveMade(job, "video_nobody_knows"))
                .as("the operation is first asked for at the provider")
                .isInstanceOf(CallFailed.class);
        stage.platform().operator().resolveMade(job, render);
        assertThatThrownBy(() -> stage.platform().operator().resolveNotMade(job))
                .as("a second answer")
                .isInstanceOf(CallFailed.class)
                .hasMessageContaining("409");

        assertThat(stage.awaitEnd(job).status()).isEqualTo("succeeded");
        assertThat(stage.witness().renders(prompt)).hasSize(1);
    }

    @Test
    void an_operator_says_that_it_was_not_made_and_the_job_is_tried_again() {
        var prompt = Stage.newPrompt();
        var job = held(prompt);
        stage.platform().operator().resolveNotMade(job);
        assertThat(stage.awaitEnd(job).status()).isEqualTo("succeeded");
        assertThat(stage.platform()
                        .jobs()
                        .attempts(job)
                        .path("data")
                        .get(0)
                        .path("outcome")
                        .asString())
                .isEqualTo("not_made");
    }

    /// Not by the look at all awaited jobs together, which is taken every five seconds while signals come: it can be in
    /// time for one of two holds that follow each other sooner than that.
    @RepeatedTest(2)
    void who_waits_for_a_job_hears_of_each_change_when_it_happens() {
        stage.witness().behave("video.create", Map.of("accept-then", "reset"), 1);
        var job = stage.platform().jobs().job(stage.submitVideo("video-mute", Stage.newPrompt()));
        var heard = new TreeMap<Long, Instant>();
        while (!job.isFinished()) {
            job = stage.platform().jobs().awaitChange(job.id(), job.sequence(), Stage.SOON);
            heard.put(job.sequence(), Instant.now());
            if (job.isHeld()) {
                stage.platform().operator().resolveNotMade(job.id());
            }
        }

        var happened = stage.records().events(job.id());
        assertThat(happened.values())
                .extracting(Records.Event::type)
                .containsExactly(
                        "job.running",
                        "job.indeterminate",
                        "job.held",
                        "job.released",
                        "job.queued",
                        "job.running",
                        "job.rendering",
                        "job.succeeded");
        happened.forEach((sequence, event) -> assertThat(Duration.between(
                        event.at(), heard.ceilingEntry(sequence).getValue()))
                .as("%s was heard of at %s", event, heard)
                .isLessThan(Duration.ofSeconds(2)));
    }

    @Test
    void an_operator_gives_up_and_the_job_fails() {
        var job = held(Stage.newPrompt());
        stage.platform().operator().giveUp(job);
        var ended = stage.awaitEnd(job);
        assertThat(ended.status()).isEqualTo("failed");
        assertThat(ended.json().path("error").path("code").asString()).isEqualTo("render_unaccounted");
    }

    @Test
    void a_held_job_can_be_cancelled_by_its_caller() {
        var job = held(Stage.newPrompt());
        stage.platform().jobs().cancel(job);
        assertThat(stage.awaitEnd(job).status()).isEqualTo("cancelled");
        assertThat(stage.platform().operator().holds())
                .noneMatch(hold -> hold.job().equals(job));
    }

    @Test
    void a_cancelled_render_that_cannot_be_stopped_is_followed_to_its_file() {
        var prompt = Stage.newPrompt();
        stage.witness().behave("video.create", Map.of("render", "3s"), 1);
        var job = stage.submitVideo("video", prompt);
        stage.records().await("select 1 from render where job_id = ? and operation_id is not null", job);
        stage.platform().jobs().cancel(job);
        assertThat(stage.platform().jobs().job(job).status()).isEqualTo("cancelled");
        stage.records().await("select 1 from asset where job_id = ?", job);
        assertThat(stage.platform().jobs().job(job).status()).isEqualTo("cancelled");
        assertThat(stage.platform()
                        .jobs()
                        .attempts(job)
                        .path("data")
                        .get(0)
                        .path("status")
                        .asString())
                .isEqualTo("succeeded");
    }
}
