package dev.millrace.worker.polling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.worker.fixture.Provider;
import dev.millrace.worker.fixture.SharedWorker;
import dev.millrace.worker.fixture.Work;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// What becomes of a paid create whose answer was lost, by what the provider's list says. The test says when a lookup
/// is due, and how long the job has waited.
@DisplayNameGeneration(ReplaceUnderscores.class)
class LookupStepTest {

    private static final String UNTAKEN = " where job_id = :id and phase = 'lookup' and claimed_by is null";

    /// A create that is still on its way could no longer arrive.
    private static final String ARRIVED = ", deadline = now() - interval '1 second'";

    private final Provider provider = SharedWorker.losing();
    private final Work work = SharedWorker.newWork();

    LookupStepTest() {
        SharedWorker.get();
    }

    @AfterEach
    void behave() {
        provider.behaveNormally();
    }

    /// A job of which the answer to its create was lost, and that is not looked up before the test says so.
    private Work.Submitted lost(String model) {
        var job = work.video(model);
        work.alter("update render set due_at = now() + interval '1 hour'" + UNTAKEN, job);
        return job;
    }

    private void lookUp(String change, Work.Submitted job) {
        work.alter("update render set due_at = now()" + change + UNTAKEN, job);
    }

    /// Waits for a lookup that leaves everything open.
    private void lookUpInVain(String change, Work.Submitted job) {
        lookUp(change, job);
        work.await("select 1 from render" + UNTAKEN + " and due_at > now()", job);
        assertThat(holds(job)).isEmpty();
        assertThat(work.attempts(job)).singleElement().asString().startsWith("1 indeterminate ");
    }

    private List<String> holds(Work.Submitted job) {
        return work.texts("select hold_reason from job_run where job_id = :id and hold_reason is not null", job);
    }

    private void assertHeldAndNotPaidAgain(String reason, Work.Submitted job) {
        work.awaitPlace(job, "held");
        assertThat(holds(job)).containsExactly(reason);
        assertThat(work.attempts(job)).singleElement().asString().startsWith("1 indeterminate ");
        assertThat(work.texts("select 1 from render where job_id = :id", job)).isEmpty();
        assertThat(provider.requests("video.create", job.prompt())).hasSize(1);
    }

    @Test
    void a_single_match_is_adopted() {
        var job = lost("lost-single");

        lookUp("", job);

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
        assertThat(work.attempts(job)).containsExactly("1 succeeded succeeded");
        assertThat(provider.renders(job.prompt())).hasSize(1);
        assertThat(work.text("select operation_id from attempt where job_id = :id", job))
                .isEqualTo(render(job));
    }

    private String render(Work.Submitted job) {
        return provider.renders(job.prompt()).getFirst().path("id").asString();
    }

    @Test
    void of_several_matches_none_is_adopted_and_the_job_is_held() {
        var job = lost("lost-several");
        provider.renderAlso(SharedWorker.LOSING_KEY, job.prompt());
        assertThat(provider.renders(job.prompt())).hasSize(2);

        lookUp("", job);

        work.awaitPlace(job, "held");
        assertThat(holds(job)).containsExactly("several_matches");
        assertThat(work.attempts(job)).singleElement().asString().startsWith("1 indeterminate ");
        assertThat(work.texts("select operation_id from operation where job_id = :id", job))
                .isEmpty();
    }

    @Test
    void a_match_that_another_attempt_holds_is_not_adopted_and_holds_the_job_when_no_other_can_come() {
        var job = lost("lost-foreign");
        work.alter("""
                insert into operation (provider, operation_id, job_id, attempt)
                select 'losing', '%s', gen_random_uuid(), 1 from job where id = :id
                """.formatted(render(job)), job);

        lookUpInVain("", job);
        lookUp(ARRIVED, job);

        assertHeldAndNotPaidAgain("match_is_another_attempts", job);
    }

    @Test
    void a_lookup_that_is_not_answered_goes_on_for_ten_minutes_and_then_holds_the_job() {
        provider.behave("video.list", Map.of("status", 503), 0);
        var job = lost("lost-unanswered");

        lookUpInVain(ARRIVED + ", created_at = now() - interval '9 minutes 50 seconds'", job);
        lookUp(", created_at = now() - interval '10 minutes 1 second'", job);

        assertHeldAndNotPaidAgain("lookup_unanswered", job);
    }

    @Test
    void nor_is_one_for_ever_whose_provider_is_no_longer_configured() {
        var job = lost("lost-unconfigured");

        lookUpInVain(ARRIVED + ", provider = 'gone'", job);
        lookUp(", created_at = now() - interval '10 minutes 1 second'", job);

        assertHeldAndNotPaidAgain("lookup_unanswered", job);
    }

    @Test
    void where_the_provider_has_no_list_the_job_is_held() {
        provider.behave("video.list", Map.of("status", 404), 0);
        var job = lost("lost-mute");

        lookUp("", job);

        assertHeldAndNotPaidAgain("provider_cannot_tell", job);
    }

    @Test
    void none_counts_only_when_a_create_on_its_way_could_no_longer_arrive_and_then_the_job_is_tried_again() {
        var job = lost("unmade");
        work.alter("update job_run set take_backs = 2 where job_id = :id", job);

        lookUpInVain("", job);
        lookUp(ARRIVED, job);

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
        assertThat(work.attempts(job)).containsExactly("1 failed not_made", "2 succeeded succeeded");
        assertThat(provider.renders(job.prompt())).hasSize(1);
    }

    @Test
    void one_that_was_not_made_is_held_and_not_tried_again_where_its_worker_was_lost_three_times() {
        var job = lost("unmade-thrice");
        work.alter("update job_run set take_backs = 3 where job_id = :id", job);

        lookUp(ARRIVED, job);

        assertHeldAndNotPaidAgain("worker_lost", job);
        assertThat(provider.renders(job.prompt())).isEmpty();
    }

    @Test
    void a_model_may_rather_have_the_job_fail() {
        provider.behave("video.list", Map.of("status", 404), 0);
        var job = lost("lost-fail");

        lookUp("", job);

        assertThat(work.awaitEnd(job)).isEqualTo("failed");
        assertThat(work.errorCode(job)).isEqualTo("render_unaccounted");
        assertThat(work.attempts(job)).containsExactly("1 abandoned provider_cannot_tell");
        assertThat(work.texts("select cost from attempt where job_id = :id", job))
                .as("its cost stays unknown")
                .containsExactly("null");
        assertThat(provider.requests("video.create", job.prompt())).hasSize(1);
    }

    @Test
    void a_model_may_rather_have_it_tried_again_at_the_risk_of_paying_twice() {
        provider.behave("video.list", Map.of("status", 404), 0);
        var job = lost("lost-retry");

        lookUp("", job);

        assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
        assertThat(work.attempts(job)).containsExactly("1 abandoned provider_cannot_tell", "2 succeeded succeeded");
        assertThat(provider.renders(job.prompt())).hasSize(2);
    }
}
