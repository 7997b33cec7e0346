package dev.millrace.worker.execution;

import static dev.millrace.worker.fixture.SharedWorker.PICKY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.AttemptReport;
import dev.millrace.job.AttemptStatus;
import dev.millrace.provider.Failure;
import dev.millrace.provider.ProviderOutcome;
import dev.millrace.worker.fixture.SharedWorker;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a request was sent without stands on each attempt's record, whatever came of it.
@DisplayNameGeneration(ReplaceUnderscores.class)
class DroppedTest {

    private final Played played = new Played().leavingOut("seed", "logprobs");

    @Test
    void of_a_failed_attempt_as_of_the_one_that_follows_it() {
        played.answering("a", Played::broken);
        played.answering("b", () -> Played.answered(List.of("seed", "logprobs")));

        played.run("a", "b");

        assertThat(played.work.awaitEnd(played.job)).isEqualTo("succeeded");
        assertThat(played.work.attempts(played.job))
                .containsExactly("1 failed provider_error", "2 succeeded succeeded");
        assertThat(played.dropped()).containsExactly("seed,logprobs", "seed,logprobs");
    }

    @Test
    void of_the_attempt_that_is_put_back_to_the_queue() {
        var limited = Played.failure(Failure.Scope.KEY, "rate_limited", "slow_down", 429);
        played.answering("a", () -> new ProviderOutcome.RateLimited(limited, Optional.empty()));

        played.run("a");

        played.work.await("select 1 from job_event where job_id = :id and detail ->> 'reason' = 'retry'", played.job);
        assertThat(played.work.attempts(played.job)).containsExactly("1 failed rate_limited");
        assertThat(played.dropped()).containsExactly("seed,logprobs");
    }

    @Test
    void of_the_attempt_whose_refusal_ends_the_job() {
        var refusal = Played.failure(Failure.Scope.REQUEST, "content_refused", "content_filter", 400);
        played.answering("a", () -> new ProviderOutcome.Terminal(refusal));

        played.run("a");

        assertThat(played.work.awaitEnd(played.job)).isEqualTo("failed");
        assertThat(played.dropped()).containsExactly("seed,logprobs");
    }

    @Test
    void of_the_attempt_that_is_abandoned_since_nobody_wants_its_answer() {
        played.answering("a", () -> {
            played.cancel();
            return Played.broken();
        });

        played.run("a");

        assertThat(played.work.awaitEnd(played.job)).isEqualTo("cancelled");
        assertThat(played.work.attempts(played.job)).containsExactly("1 abandoned cancelled");
        assertThat(played.dropped()).containsExactly("seed,logprobs");
    }

    static AttemptReport started() {
        return new AttemptReport(
                1,
                AttemptStatus.STARTED,
                "a",
                "a-model",
                "k1",
                Instant.EPOCH,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void of_a_call_that_lasts_while_it_lasts_also_if_it_took_long_to_connect(boolean onRecordBefore) {
        var running = new RunningJob(played.claimed());
        var started = started();
        running.calls(started);
        if (onRecordBefore) {
            assertThat(running.longCall(started.startedAt())).contains(started);
        }

        running.leavesWithout(List.of("seed"));

        assertThat(running.longCall(started.startedAt()))
                .hasValueSatisfying(call -> assertThat(call.dropped()).containsExactly("seed"));
        assertThat(running.longCall(started.startedAt())).as("once").isEmpty();
    }

    @Test
    void of_a_paid_create_from_before_its_first_byte_also_if_its_answer_is_lost() {
        var work = SharedWorker.newWork();
        try (var hold = SharedWorker.losing().hold("video.create", "before-answer")) {
            var job = work.video("lost-picky", Map.of("watermark", true), Set.of("watermark"));
            hold.awaitHeld(1);
            var ofTheAttempt = "select status || ' ' || dropped from attempt where job_id = :id";
            assertThat(work.texts(ofTheAttempt, job)).containsExactly("started watermark");

            hold.close();

            work.await("select 1 from attempt where job_id = :id and status = 'indeterminate'", job);
            assertThat(work.texts(ofTheAttempt, job)).containsExactly("indeterminate watermark");
        }
    }

    @Test
    void over_http_too() {
        PICKY.provider(1).behave("chat", Map.of("status", "400", "code", "mill_refused"), 1);
        try {
            var work = SharedWorker.newWork();
            var job = work.chatWithSeed(PICKY.model(), Set.of("seed"));

            assertThat(work.awaitEnd(job)).isEqualTo("failed");
            assertThat(work.texts("select outcome || ' ' || dropped from attempt where job_id = :id", job))
                    .containsExactly("invalid_request seed");
        } finally {
            PICKY.provider(1).behaveNormally();
        }
    }
}
