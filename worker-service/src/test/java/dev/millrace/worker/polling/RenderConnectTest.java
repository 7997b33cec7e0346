package dev.millrace.worker.polling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.http.RawServer;
import dev.millrace.worker.fixture.Provider;
import dev.millrace.worker.fixture.RunningWorker;
import dev.millrace.worker.fixture.Work;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A provider that takes connections and says nothing of TLS. A model gives its connections 200 ms; without that they
/// have 5 s.
@DisplayNameGeneration(ReplaceUnderscores.class)
class RenderConnectTest {

    private static final Duration SOONER = Duration.ofSeconds(4);

    private final TestDatabase database = TestDatabase.create();
    private final Work work = new Work(database);
    private final RawServer silent = RawServer.start(RawServer.Connection::readToEnd);

    @TempDir
    private Path folder = Path.of("");

    private RunningWorker worker;

    @BeforeEach
    void start() {
        var provider = new Provider();
        worker = RunningWorker.start(
                database,
                provider,
                folder,
                "millrace.providers.silent.type=openai",
                "millrace.providers.silent.base-url=https://127.0.0.1:" + silent.port() + "/v1",
                // The same key, so that a render of the one can be laid to the other.
                "millrace.providers.silent.keys=sk-of-the-worker-tests",
                "millrace.models.unconnected.kind=video",
                "millrace.models.unconnected.render.connect=200ms",
                "millrace.models.unconnected.deployments[0].provider=silent",
                "millrace.models.unconnected.deployments[0].model=any",
                "millrace.models.brief.kind=video",
                "millrace.models.brief.render.connect=200ms",
                "millrace.models.brief.deployments[0].provider=simulator",
                "millrace.models.brief.deployments[0].model=sim-video~render=never~poll-after=100ms");
    }

    @AfterEach
    void end() {
        worker.close();
        silent.close();
        database.close();
    }

    @Test
    void a_create_waits_for_its_connection_as_long_as_its_model_says() {
        var job = work.video("unconnected");
        work.await("select 1 from attempt where job_id = :id and finished_at is not null", job);

        assertThat(work.texts(
                        "select outcome from attempt where job_id = :id and finished_at < started_at + interval '4 s'",
                        job))
                .contains("unreachable");
    }

    @Test
    void so_does_a_poll() {
        var job = work.video("brief");
        work.await("select 1 from render where job_id = :id and polls > 0", job);

        work.alter("update render set provider = 'silent' where job_id = :id", job);

        Awaitility.await()
                .atMost(SOONER)
                .until(() -> work.number("select errors from render where job_id = :id", job) > 0);
        assertThat(work.texts("select phase from render where job_id = :id", job))
                .containsExactly("poll");
    }
}
