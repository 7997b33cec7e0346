package dev.millrace.api.accept;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.RunningApi;
import dev.millrace.api.fixture.Submissions;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class QueueLimitTest {

    @TempDir
    private Path assets = Path.of("");

    @Test
    void a_project_has_no_more_jobs_waiting_than_its_limit_and_its_neighbours_do_not_feel_it() {
        // Room for two in flight; the rest waits.
        try (var api =
                RunningApi.start(assets, "millrace.accept.most-queued-per-project=5", "millrace.dispatch.room=2")) {
            var caller = api.newCaller();
            int accepted = 0;
            var reply = caller.post("/v1/jobs", Submissions.chat());
            while (reply.status() == 202 && accepted < 100) {
                accepted++;
                reply = caller.post("/v1/jobs", Submissions.chat());
            }

            assertThat(reply.status()).isEqualTo(429);
            assertThat(reply.code()).isEqualTo("too_many_queued");
            assertThat(reply.header("retry-after")).isPresent();
            assertThat(accepted).as("five that wait, and those in flight").isBetween(5, 7);
            assertThat(api.newCaller().post("/v1/jobs", Submissions.chat()).status())
                    .isEqualTo(202);

            // Cancelled jobs wait no longer.
            caller.get("/v1/jobs")
                    .json()
                    .path("data")
                    .forEach(job -> caller.post("/v1/jobs/" + job.path("id").asString() + "/cancel"));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> caller.post("/v1/jobs", Submissions.chat()).status() == 202);
        }
    }
}
