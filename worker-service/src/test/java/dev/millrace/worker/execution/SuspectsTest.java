package dev.millrace.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.worker.fixture.SharedWorker;
import dev.millrace.worker.fixture.Work;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Jobs that were taken back twice: any of them may be what workers die of.
@DisplayNameGeneration(ReplaceUnderscores.class)
class SuspectsTest {

    private final Work work = SharedWorker.newWork();

    @Test
    void a_worker_runs_one_at_a_time_and_all_else_beside_it() {
        Work.Submitted suspect;
        Work.Submitted next;
        try (var hold = SharedWorker.provider().hold("chat", "before-answer")) {
            suspect = work.takenBack(2, "sim-chat");
            hold.awaitHeld(1);
            next = work.takenBack(2, "sim-chat");

            // Each look that takes one of these up looks at once for another.
            for (int i = 0; i < 3; i++) {
                assertThat(work.awaitEnd(work.takenBack(1, SharedWorker.PICKY.model())))
                        .isEqualTo("succeeded");
            }
            assertThat(work.awaitEnd(work.chat(SharedWorker.PICKY.model()))).isEqualTo("succeeded");

            work.awaitPlace(suspect, "run");
            work.awaitPlace(next, "dispatch");
        }
        assertThat(work.awaitEnd(suspect)).isEqualTo("succeeded");
        assertThat(work.awaitEnd(next)).isEqualTo("succeeded");
    }
}
