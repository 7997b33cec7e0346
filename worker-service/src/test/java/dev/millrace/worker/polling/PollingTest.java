package dev.millrace.worker.polling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.provider.ProviderType;
import dev.millrace.render.RenderStore;
import dev.millrace.routing.ProviderSettings;
import dev.millrace.routing.Routes;
import dev.millrace.worker.fixture.Provider;
import dev.millrace.worker.fixture.SharedWorker;
import dev.millrace.worker.fixture.Work;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;

/// What the answers to polls mean for a render, with the settings as they come.
@DisplayNameGeneration(ReplaceUnderscores.class)
@ExtendWith(OutputCaptureExtension.class)
class PollingTest {

    private static final String NEVER = "sim-video~render=never~poll-after=50ms";
    private static final String UNTAKEN_LOOKUP = " where job_id = :id and phase = 'lookup' and claimed_by is null";
    private static final String BRIEF = "sim-video~render=50ms~poll-after=50ms";

    private final Provider provider = SharedWorker.provider();
    private final Work work = SharedWorker.newWork();

    PollingTest() {
        SharedWorker.get();
    }

    /// Changes the render of a job between two polls, and makes it due.
    private void alter(String change, Work.Submitted job) {
        work.alter("update render set due_at = now(), " + change + " where job_id = :id and claimed_by is null", job);
    }

    private long polls(Work.Submitted job) {
        return work.number("select polls from render where job_id = :id", job);
    }

    private void awaitPolledAgain(Work.Submitted job) {
        long before = polls(job);
        work.await("select 1 from render where job_id = :id and polls > " + before, job);
    }

    /// The wait after the errors so far, in milliseconds.
    private double waitAfter(int errors, Work.Submitted job) {
        var wait = "select extract(epoch from due_at - polled_at) * 1000 from render where job_id = :id and errors = "
                + errors;
        return Awaitility.await(wait)
                .atMost(Work.SOON)
                .until(() -> work.texts(wait, job), found -> !found.isEmpty())
                .stream()
                .mapToDouble(Double::parseDouble)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void an_operation_that_the_provider_does_not_know_is_unknown_for_ten_minutes_and_then_lost() {
        var job = work.video(NEVER + "~poll.status=404");
        work.await("select 1 from render where job_id = :id and not_found_since is not null", job);

        alter("not_found_since = now() - interval '9 minutes 50 seconds'", job);
        awaitPolledAgain(job);
        assertThat(work.attempts(job)).as("before ten minutes").containsExactly("1 accepted accepted");

        alter("not_found_since = now() - interval '10 minutes 1 second'", job);
        assertThat(work.awaitEnd(job)).isEqualTo("failed");
        assertThat(work.errorCode(job)).isEqualTo("upstream_job_lost");
        assertThat(work.attempts(job)).containsExactly("1 failed upstream_job_lost");
        assertThat(work.texts("select 1 from render where job_id = :id", job)).isEmpty();
    }

    @Test
    void an_operation_that_is_known_again_was_never_lost() {
        var job = work.video(NEVER + "~poll.status=404~poll.times=1");
        work.await("select 1 from render where job_id = :id and not_found_since is not null", job);

        alter("not_found_since = now() - interval '9 minutes'", job);

        work.await("select 1 from render where job_id = :id and polls > 1 and not_found_since is null", job);
    }

    /// With the last poll long ago, and none to come before the test says so.
    private void missingFor(String time, Work.Submitted job) {
        work.alter(
                "update render set due_at = now() + interval '1 hour', not_found_since = now() - interval '" + time
                        + "' where job_id = :id and claimed_by is null",
                job);
    }

    @Test
    void an_answer_that_says_nothing_about_the_render_does_not_begin_the_ten_minutes_anew() {
        var paced = SharedWorker.paced();
        try {
            paced.behave("video.poll", Map.of("status", 404), 0);
            var job = work.video("paced-video");
            work.await("select 1 from render where job_id = :id and not_found_since is not null", job);

            for (var answer : List.of(
                    Map.of("status", 503), Map.of("state", "dreaming"), Map.of("status", 429, "retry-after", "1"))) {
                missingFor("9 minutes", job);
                paced.behaveNormally();
                paced.behave("video.poll", answer, 0);
                long before = polls(job);
                alter("errors = 0", job);
                work.await("select 1 from render where job_id = :id and polls > " + before, job);
                assertThat(work.texts(
                                "select 1 from render where job_id = :id"
                                        + " and not_found_since < now() - interval '8 minutes'",
                                job))
                        .as("after %s", answer)
                        .hasSize(1);
            }
            missingFor("10 minutes 1 second", job);
            paced.behaveNormally();
            paced.behave("video.poll", Map.of("status", 404), 0);
            alter("errors = 0", job);

            assertThat(work.awaitEnd(job)).isEqualTo("failed");
            assertThat(work.errorCode(job)).isEqualTo("upstream_job_lost");
        } finally {
            paced.behaveNormally();
        }
    }

    @Test
    void polls_lookups_and_downloads_go_by_the_key_that_created_the_render_also_while_it_is_set_aside() {
        var pooled = SharedWorker.pooled();
        var lost = work.video("pooled-lost");
        work.alter("update render set due_at = now() + interval '1 hour'" + UNTAKEN_LOOKUP, lost);
        var jobs = List.of(work.video("pooled-video"), work.video("pooled-video"));
        jobs.forEach(job -> work.await("select 1 from render where job_id = :id and phase = 'poll'", job));
        var creators = jobs.stream()
                .map(job -> keys(pooled.requests("video.create", job.prompt())))
                .toList();
        assertThat(creators).allSatisfy(keys -> assertThat(keys).hasSize(1)).doesNotHaveDuplicates();

        pooled.behave("video.create", Map.of("status", 401), 2);
        var refused = work.video("pooled-video");
        Awaitility.await("both keys are refused")
                .atMost(Work.SOON)
                .until(() ->
                        keys(pooled.requests("video.create", refused.prompt())).size() == 2);
        jobs.forEach(job -> alter("errors = 0", job));
        work.alter("update render set due_at = now()" + UNTAKEN_LOOKUP, lost);

        assertThat(work.awaitEnd(lost)).isEqualTo("succeeded");
        assertThat(keys(pooled.requests("video.list")))
                .isEqualTo(keys(pooled.requests("video.create", lost.prompt())))
                .hasSize(1);
        for (int i = 0; i < jobs.size(); i++) {
            var job = jobs.get(i);
            assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
            assertThat(keys(pooled.requestsAboutRender("video.poll", job.prompt())))
                    .isEqualTo(creators.get(i));
            assertThat(keys(pooled.requestsAboutRender("video.content", job.prompt())))
                    .isEqualTo(creators.get(i));
        }
        assertThat(pooled.requests("video.create", refused.prompt()))
                .as("no key is left for a create")
                .hasSize(2);
        work.cancel(refused);
    }

    private static Set<String> keys(List<JsonNode> requests) {
        return requests.stream().map(request -> request.path("key").asString()).collect(Collectors.toSet());
    }

    @Test
    void a_render_that_is_not_finished_after_two_hours_expires() {
        var job = work.video(NEVER);
        work.await("select 1 from render where job_id = :id and polls > 0", job);
        assertThat(work.number(
                        "select round(extract(epoch from deadline - created_at)) from render where job_id = :id", job))
                .isEqualTo(7_200);

        alter("deadline = now() - interval '1 second'", job);

        assertThat(work.awaitEnd(job)).isEqualTo("expired");
        assertThat(work.errorCode(job)).isEqualTo("render_timeout");
        assertThat(work.attempts(job)).containsExactly("1 abandoned render_timeout");
    }

    @Test
    void a_model_may_have_a_time_of_its_own() {
        var job = work.video("brief-video");

        assertThat(work.awaitEnd(job)).isEqualTo("expired");
        assertThat(work.errorCode(job)).isEqualTo("render_timeout");
    }

    @Test
    void errors_of_polls_fail_nothing_and_back_off_with_jitter_up_to_a_minute() {
        var job = work.video(NEVER + "~poll.status=503");
        assertThat(waitAfter(1, job)).isBetween(499.0, 1_001.0);

        alter("errors = 3", job);
        assertThat(waitAfter(4, job)).isBetween(3_999.0, 8_001.0);

        alter("errors = 30", job);
        assertThat(waitAfter(31, job)).isBetween(29_999.0, 60_001.0);
        assertThat(work.attempts(job)).containsExactly("1 accepted accepted");
    }

    @Test
    void a_poll_that_is_answered_ends_the_backing_off() {
        var job = work.video(NEVER + "~poll.status=503~poll.times=1");
        assertThat(waitAfter(1, job)).isPositive();
        alter("polls = 1", job);
        work.await("select 1 from render where job_id = :id and polls > 1 and errors = 0", job);
    }

    @Test
    void a_status_that_nobody_knows_says_nothing_about_the_render() {
        var job = work.video(BRIEF + "~poll.state=dreaming~poll.times=1");

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
        assertThat(provider.requests("video.create", job.prompt())).hasSize(1);
    }

    @Test
    void polls_of_a_key_that_polled_too_often_pause_as_asked_while_others_go_on_and_nothing_fails() {
        var paced = SharedWorker.paced();
        var jobs = List.of(work.video("paced-video"), work.video("paced-video"));
        var other = work.video(NEVER);
        jobs.forEach(job -> work.await("select 1 from render where job_id = :id and polls > 1", job));

        int before = times(paced, 429).size();
        paced.behave("video.poll", Map.of("status", 429, "retry-after", "2"), 1);
        Awaitility.await("a poll is refused for its rate")
                .atMost(Work.SOON)
                .until(() -> times(paced, 429).size() > before);
        long refusedAt = times(paced, 429).get(before);
        // What was under way already may still have come.
        long settled = refusedAt + 500;

        Awaitility.await("the polls go on")
                .atMost(Work.SOON)
                .until(() -> times(paced, 200).stream().anyMatch(at -> at > settled));
        assertThat(times(paced, 200)).noneMatch(at -> at > settled && at < refusedAt + 1_900);
        assertThat(provider.requestsAboutRender("video.poll", other.prompt()).stream()
                        .map(poll -> poll.path("time_ms").asLong())
                        .filter(at -> at > refusedAt && at < refusedAt + 1_900))
                .as("polls of another key meanwhile")
                .hasSizeGreaterThan(3);
        assertThat(jobs).allSatisfy(job -> assertThat(work.attempts(job)).containsExactly("1 accepted accepted"));
    }

    @Test
    void a_render_whose_polls_are_refused_for_their_rate_expires_in_its_time_all_the_same() {
        var paced = SharedWorker.paced();
        paced.behave("video.poll", Map.of("status", 429, "retry-after", "1"), 1_000);
        try {
            var job = work.video("paced-video");
            work.await("select 1 from render where job_id = :id and polls > 0", job);

            alter("deadline = now() - interval '1 second'", job);

            assertThat(work.awaitEnd(job)).isEqualTo("expired");
            assertThat(work.errorCode(job)).isEqualTo("render_timeout");
        } finally {
            paced.behaveNormally();
        }
    }

    private static List<Long> times(Provider provider, int status) {
        return provider.requests("video.poll").stream()
                .filter(poll -> poll.path("status").asInt() == status)
                .map(poll -> poll.path("time_ms").asLong())
                .toList();
    }

    @Test
    void a_render_that_the_provider_reports_as_failed_is_not_paid_again() {
        var job = work.video(BRIEF + "~fail=moderation_blocked");

        assertThat(work.awaitEnd(job)).isEqualTo("failed");

        assertThat(work.errorCode(job)).isEqualTo("moderation_blocked");
        assertThat(work.attempts(job)).containsExactly("1 failed render_failed");
        assertThat(provider.renders(job.prompt())).hasSize(1);
    }

    @Test
    void where_failed_renders_are_not_billed_it_is_created_again_as_a_new_attempt_after_what_may_pass() {
        var job = work.video("unbilled-video");

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");

        assertThat(work.attempts(job)).containsExactly("1 failed render_failed", "2 succeeded succeeded");
        assertThat(provider.requests("video.create", job.prompt())).hasSize(2);
    }

    @Test
    void what_was_refused_is_not_created_again_even_where_failed_renders_are_not_billed() {
        var job = work.video("unbilled-refused");

        assertThat(work.awaitEnd(job)).isEqualTo("failed");

        assertThat(work.errorCode(job)).isEqualTo("moderation_blocked");
        assertThat(work.attempts(job)).containsExactly("1 failed render_failed");
        assertThat(provider.requests("video.create", job.prompt())).hasSize(1);
    }

    @Test
    void a_key_that_open_renders_need_and_that_is_gone_is_named_at_the_start(CapturedOutput output) {
        var job = work.video(NEVER);
        work.await("select 1 from render where job_id = :id", job);
        var key = work.text("select key_ref from render where job_id = :id", job);
        var others =
                new ProviderSettings(ProviderType.OPENAI, provider.baseUrl(), List.of("sk-new"), true, Set.of(), null);

        var objection = new OpenRenderKeys(
                        SharedWorker.get().bean(RenderStore.class), new Routes(Map.of("simulator", others), Map.of()))
                .objection();

        assertThat(objection).as("the worker starts all the same").isEmpty();
        assertThat(output).contains("open renders at provider simulator need key " + key);
    }
}
