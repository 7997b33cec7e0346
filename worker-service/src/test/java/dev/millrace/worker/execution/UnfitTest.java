package dev.millrace.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Deployments that can't take a request at all.
@DisplayNameGeneration(ReplaceUnderscores.class)
class UnfitTest {

    private final Played played = new Played();

    @Test
    void a_deployment_that_can_not_take_a_request_is_passed_over_and_that_is_no_attempt() {
        played.answering("a", Played::unfit);
        played.answering("b", Played::answered);

        played.run("a", "b");

        assertThat(played.work.awaitEnd(played.job)).isEqualTo("succeeded");
        assertThat(played.work.attempts(played.job)).containsExactly("1 succeeded succeeded");
        assertThat(played.work.text("select provider from attempt where job_id = :id", played.job))
                .isEqualTo("b");
        assertThat(played.asked).containsExactly("a 1", "b 1");
        assertThat(played.places()).isZero();
    }

    @Test
    void where_no_deployment_can_take_it_the_job_fails_and_names_the_parameter() {
        played.answering("a", Played::unfit);
        played.answering("b", Played::unfit);

        played.run("a", "b");

        assertThat(played.work.awaitEnd(played.job)).isEqualTo("failed");
        assertThat(played.work.errorCode(played.job)).isEqualTo("unsupported_parameter");
        assertThat(played.work.text("select error_message from job_end where job_id = :id", played.job))
                .contains("logprobs");
        assertThat(played.work.attempts(played.job)).as("nothing was sent").isEmpty();
        assertThat(played.places()).isZero();
    }

    @Test
    void a_real_failure_before_a_refusal_is_tried_again_later_and_is_not_hidden_by_it() {
        played.answering("a", Played::broken);
        played.answering("b", Played::unfit);

        played.run("a", "b");

        played.work.await("select 1 from job_event where job_id = :id and detail ->> 'reason' = 'retry'", played.job);
        assertThat(played.work.attempts(played.job)).containsExactly("1 failed provider_error");
        assertThat(played.asked).containsExactly("a 1", "b 2");
        assertThat(played.places()).isZero();
    }

    @Test
    void a_real_failure_after_a_refusal_is_the_jobs_too() {
        played.answering("a", Played::unfit);
        played.answering("b", Played::broken);

        played.run("a", "b");

        played.work.await("select 1 from job_event where job_id = :id and detail ->> 'reason' = 'retry'", played.job);
        assertThat(played.work.attempts(played.job)).containsExactly("1 failed provider_error");
        assertThat(played.places()).isZero();
    }

    @Test
    void what_the_route_and_the_caller_let_go_is_left_out_of_queued_calls_and_is_on_record() {
        played.answering("a", () -> Played.answered(List.of("seed", "logprobs")))
                .dropping(List.of("logprobs"), Set.of("seed", "logprobs"));

        played.run("a");

        assertThat(played.work.awaitEnd(played.job)).isEqualTo("succeeded");
        var call = played.last();
        assertThat(call.mayDrop()).isEqualTo(Set.of("logprobs", "seed"));
        assertThat(played.work.text("select dropped from attempt where job_id = :id", played.job))
                .isEqualTo("seed,logprobs");
        assertThat(call.model()).isEqualTo("as-it-is-told");
    }

    @Test
    void a_bug_in_an_adapter_gives_the_place_back() {
        played.answering("a", () -> {
            throw new IllegalStateException("a bug");
        });

        assertThatIllegalStateException().isThrownBy(() -> played.run("a"));

        assertThat(played.places()).isZero();
    }
}
