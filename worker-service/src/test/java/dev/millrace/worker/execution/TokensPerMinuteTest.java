package dev.millrace.worker.execution;

import static dev.millrace.worker.fixture.SharedWorker.LARGE_PROMPTS;
import static dev.millrace.worker.fixture.SharedWorker.LONG_ANSWERS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.worker.fixture.SharedWorker;
import dev.millrace.worker.fixture.TestRoute;
import dev.millrace.worker.fixture.Work;
import dev.millrace.worker.fixture.Work.Submitted;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Queued chats at a key with 10,000 tokens a minute: they wait in the queue rather than pass its limit, by what their
/// requests may come to and not by what others have used.
@DisplayNameGeneration(ReplaceUnderscores.class)
class TokensPerMinuteTest {

    /// For longer than it takes to draw a block of the limit.
    private static final String PUT_BACK = """
            select 1 from job_event
            where job_id = :id and type = 'job.queued' and detail ->> 'reason' = 'no_capacity'
              and (detail ->> 'run_at')::numeric - extract(epoch from created_at) > 1
            """;

    /// Some 3,000 tokens.
    private static final String LARGE = "of all ".repeat(1_700);

    private final Work work = SharedWorker.newWork();

    TokensPerMinuteTest() {
        SharedWorker.get();
    }

    private static boolean isAsked(TestRoute route, Submitted job) {
        return !route.calls(1, job).isEmpty();
    }

    @Test
    void jobs_with_large_prompts_wait_for_the_minute_that_those_under_way_have_taken() {
        try (var hold = LARGE_PROMPTS.provider(1).hold("chat", "before-answer")) {
            var jobs = IntStream.range(0, 6)
                    .mapToObj(i -> work.chat(LARGE_PROMPTS.model(), LARGE, 1))
                    .toList();
            hold.awaitHeld(3);

            var waiting =
                    jobs.stream().filter(job -> !isAsked(LARGE_PROMPTS, job)).toList();
            assertThat(waiting).as("a fourth would be 12,000 tokens").hasSize(3);
            waiting.forEach(job -> work.await(PUT_BACK, job));
            assertThat(hold.arrived()).isEqualTo(3);
            assertThat(waiting).allSatisfy(job -> assertThat(work.attempts(job)).isEmpty());
        }
    }

    @Test
    void a_job_whose_answer_may_be_long_takes_that_and_gives_back_what_it_did_not_need() {
        try (var hold = LONG_ANSWERS.provider(1).hold("chat", "before-answer")) {
            var first = work.chat(LONG_ANSWERS.model(), "", 8_000);
            hold.awaitHeld(1);
            var next = work.chat(LONG_ANSWERS.model(), LARGE, 1);
            work.await(PUT_BACK, next);
            assertThat(isAsked(LONG_ANSWERS, next)).isFalse();

            hold.close();
            assertThat(work.awaitEnd(first)).isEqualTo("succeeded");

            assertThat(work.hurryToItsEnd(next)).as("before the minute turns").isEqualTo("succeeded");
            assertThat(work.attempts(next)).containsExactly("1 succeeded succeeded");
        }
    }
}
