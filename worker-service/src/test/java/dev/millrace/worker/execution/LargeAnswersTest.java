package dev.millrace.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.TestDatabase;
import dev.millrace.job.JobKind;
import dev.millrace.worker.fixture.Provider;
import dev.millrace.worker.fixture.RunningWorker;
import dev.millrace.worker.fixture.Work;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A worker whose database is slow to write what its calls bring, a megabyte and more each.
@DisplayNameGeneration(ReplaceUnderscores.class)
class LargeAnswersTest {

    private static final String LARGE = "sim-chat~tokens=250000";
    private static final int SLOTS = 3;
    private static final long MOST = 4_000_000;
    private static final int JOBS = 16;

    @TempDir
    Path assets;

    private final TestDatabase database = TestDatabase.create();
    private final Work work = new Work(database);
    private final Provider provider = new Provider();

    @AfterEach
    void end() {
        database.close();
    }

    private static double waitingBytes(RunningWorker worker) {
        return worker.bean(MeterRegistry.class)
                .get("millrace.answer.bytes")
                .gauge()
                .value();
    }

    private Connection endingsHeldUp() throws SQLException {
        var connection = database.source().getConnection();
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute("lock table job_end in share row exclusive mode");
        }
        return connection;
    }

    @Test
    void no_more_jobs_are_taken_in_while_many_bytes_of_answers_are_not_written() throws Exception {
        try (var worker = RunningWorker.start(
                database,
                provider,
                assets,
                "millrace.worker.chat-slots=" + SLOTS,
                "millrace.worker.answer-bytes=" + MOST + "B")) {
            var first = work.chat(LARGE);
            assertThat(work.awaitEnd(first)).isEqualTo("succeeded");
            long one = work.number("select length(result) from job_end where job_id = :id", first);
            assertThat(one).isGreaterThan(1_000_000);

            try (var held = endingsHeldUp()) {
                var jobs = Stream.generate(() -> work.chat(LARGE)).limit(JOBS).toList();
                Awaitility.await("as much waits as may").atMost(Work.SOON).until(() -> waitingBytes(worker) >= MOST);
                Awaitility.await("whatever was taken in before has its answer")
                        .atMost(Work.SOON)
                        .until(() ->
                                worker.bean(Executor.class).slots(JobKind.CHAT).taken() == 0);

                assertThat(waitingBytes(worker)).isLessThan(MOST + SLOTS * one);
                assertThat(provider.requests("chat")).hasSizeLessThan(JOBS);

                held.rollback();
                assertThat(jobs).allSatisfy(job -> {
                    assertThat(work.awaitEnd(job)).isEqualTo("succeeded");
                    assertThat(work.attempts(job)).containsExactly("1 succeeded succeeded");
                });
            }
            Awaitility.await("nothing waits").atMost(Work.SOON).until(() -> waitingBytes(worker) == 0);
        }
    }
}
