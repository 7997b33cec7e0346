package dev.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.ServiceLog;
import dev.millrace.worker.fixture.RunningWorker;
import dev.millrace.worker.fixture.SharedWorker;
import dev.millrace.worker.fixture.Work;
import java.io.IOException;
import java.net.Socket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.springframework.core.env.Environment;

/// The worker as its operator sees it.
@DisplayNameGeneration(ReplaceUnderscores.class)
class ServiceTest {

    private final RunningWorker worker = SharedWorker.get();
    private final Work work = SharedWorker.newWork();

    @Test
    void a_line_of_the_log_says_which_job_and_attempt_and_whose_it_is_about_as_JSON_too() {
        try (var log = ServiceLog.listen(worker.bean(Environment.class))) {
            var job = work.video("sim-video~render=never~poll-after=50ms");
            work.alter(
                    "update render set key_ref = 'a key that was removed', due_at = now()"
                            + " where job_id = :id and phase = 'poll' and claimed_by is null",
                    job);
            var project = work.text("select project_id::text from job where id = :id", job);

            Awaitility.await()
                    .atMost(Work.SOON)
                    .untilAsserted(() -> assertThat(log.idsOf("a key that was removed"))
                            .isNotEmpty()
                            .containsOnly(job.id() + " 1 " + project + " "));
            assertThat(log.jsonOf("a key that was removed")).isNotEmpty().allSatisfy(line -> {
                assertThat(line.path("job").asString()).isEqualTo(job.id().toString());
                assertThat(line.path("attempt").asString()).isEqualTo("1");
                assertThat(line.path("project").asString()).isEqualTo(project);
            });
            work.cancel(job);
        }
    }

    @Test
    void a_line_about_a_delivery_says_whose_it_is_and_of_which_job() {
        try (var log = ServiceLog.listen(worker.bean(Environment.class))) {
            SharedWorker.database()
                    .database()
                    .client()
                    .sql("update project set webhook_secret = ''::bytea where id = :id")
                    .param("id", work.project())
                    .update();
            var job = work.chatTelling("sim-chat", "http://127.0.0.1:1/hook");

            Awaitility.await()
                    .atMost(Work.SOON)
                    .untilAsserted(() -> assertThat(log.idsOf("could not be tried"))
                            .contains(job.id() + "  " + work.project() + " "));
            work.alter(
                    "delete from delivery_due where delivery_id in (select id from delivery where job_id = :id)", job);
        }
    }

    @Test
    void health_and_metrics_are_for_this_machine_only_unless_they_are_opened() {
        int port = worker.bean(Environment.class).getRequiredProperty("local.server.port", Integer.class);

        assertThat(listens("127.0.0.1", port)).isTrue();
        // Another address of the machine's own: who listens on all of them listens on this one too.
        assertThat(listens("127.0.0.2", port)).isFalse();
    }

    private static boolean listens(String address, int port) {
        try (var socket = new Socket(address, port)) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }
}
