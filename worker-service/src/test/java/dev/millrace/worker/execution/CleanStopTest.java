package dev.millrace.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.Staged;
import dev.millrace.database.TestDatabase;
import dev.millrace.job.JobKind;
import dev.millrace.worker.fixture.Provider;
import dev.millrace.worker.fixture.RunningWorker;
import dev.millrace.worker.fixture.Work;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/// How a worker leaves when it is asked to.
@DisplayNameGeneration(ReplaceUnderscores.class)
@ExtendWith(OutputCaptureExtension.class)
class CleanStopTest {

    @TempDir
    Path assets;

    private final TestDatabase database = TestDatabase.create();
    private final Provider provider = new Provider();
    private final Work work = new Work(database);

    @AfterEach
    void end() {
        database.close();
    }

    private RunningWorker start(String drain) {
        return RunningWorker.start(database, provider, assets, "millrace.worker.drain=" + drain);
    }

    @Test
    void a_call_under_way_is_waited_for_and_nothing_new_is_taken() throws Exception {
        var worker = start("20s");
        Work.Submitted under;
        Work.Submitted late;
        try (var hold = provider.hold("chat", "before-answer")) {
            under = work.chat("sim-chat");
            hold.awaitHeld(1);

            var stop = Staged.aside(() -> {
                worker.close();
                return true;
            });
            // Its loops over what is unclaimed stop first; what comes after that is not for this worker.
            worker.awaitIntakeStopped();
            late = work.chat("sim-chat");
            assertThat(stop).as("it waits for the call").isNotDone();

            hold.close();
            assertThat(stop.get(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(work.awaitEnd(under)).isEqualTo("succeeded");
        assertThat(work.attempts(under)).containsExactly("1 succeeded succeeded");
        work.awaitPlace(late, "dispatch");
        assertThat(provider.requests("chat", late.prompt())).isEmpty();
    }

    @Test
    void what_does_not_end_in_time_goes_back_at_once_and_an_unanswered_create_is_looked_up() {
        Work.Submitted chat;
        Work.Submitted video;
        try (var heldChat = provider.hold("chat", "before-answer");
                var heldCreate = provider.hold("video.create", "before-answer")) {
            var worker = start("300ms");
            chat = work.chat("sim-chat");
            video = work.video("sim-video~render=50ms~poll-after=50ms");
            heldChat.awaitHeld(1);
            heldCreate.awaitHeld(1);

            worker.close();

            assertThat(work.attempts(chat)).containsExactly("1 abandoned worker_lost");
            // A dispatcher that has not stopped yet may have moved it on.
            assertThat(work.number("""
                            select take_backs from (select job_id, take_backs from job_backlog union all
                                                    select job_id, take_backs from job_dispatch) queued
                            where job_id = :id
                            """, chat))
                    .as("a clean stop is no mark against a job")
                    .isZero();
            assertThat(work.attempts(video))
                    .as("handed back by a worker that follows no render any more")
                    .containsExactly("1 indeterminate worker_lost");
            assertThat(work.text("select phase from render where job_id = :id", video))
                    .isEqualTo("lookup");
            assertThat(work.texts("select claimed_by from render where job_id = :id", video))
                    .as("nobody has it")
                    .containsExactly("null");
        }
        try (var successor = start("5s")) {
            assertThat(successor).isNotNull();
            assertThat(work.awaitEnd(chat)).isEqualTo("succeeded");
            assertThat(work.awaitEnd(video)).isEqualTo("succeeded");
            assertThat(provider.renders(video.prompt())).hasSize(1);
            assertThat(provider.requests("video.create", video.prompt())).hasSize(1);
        }
    }

    @Test
    void the_threads_of_what_was_handed_back_end_without_a_word(CapturedOutput output) {
        try (var heldChat = provider.hold("chat", "before-answer");
                var heldCreate = provider.hold("video.create", "before-answer")) {
            var worker = start("100ms");
            var executor = worker.bean(Executor.class);
            var chat = work.chat("sim-chat");
            work.video("sim-video~render=50ms~poll-after=50ms");
            heldChat.awaitHeld(1);
            heldCreate.awaitHeld(1);

            worker.close();

            // Their connections are closed by now, and nobody has answered.
            Awaitility.await("they have ended")
                    .atMost(Work.SOON)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> executor.slots(JobKind.CHAT).taken() == 0
                            && executor.slots(JobKind.VIDEO).taken() == 0);
            // The Kafka client has words of its own where, as here, there is no broker.
            assertThat(output.getAll().lines().filter(line -> !line.contains(" o.a.k.clients.")))
                    .noneMatch(line -> line.contains("ERROR") || line.contains("could not be"));
            assertThat(work.attempts(chat)).containsExactly("1 abandoned worker_lost");
        }
    }
}
