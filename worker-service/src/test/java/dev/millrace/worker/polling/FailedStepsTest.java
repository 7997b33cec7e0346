package dev.millrace.worker.polling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.DatabaseWatch;
import dev.millrace.job.JobId;
import dev.millrace.provider.Adapters;
import dev.millrace.render.FollowedRender;
import dev.millrace.render.RenderStore;
import dev.millrace.routing.Routes;
import dev.millrace.settings.MillraceSettings;
import dev.millrace.worker.execution.Settler;
import dev.millrace.worker.fixture.RunningWorker;
import dev.millrace.worker.fixture.SharedWorker;
import dev.millrace.worker.lease.LeaseKeeper;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLTransientConnectionException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.CannotGetJdbcConnectionException;

/// Steps that fail on our side.
@DisplayNameGeneration(ReplaceUnderscores.class)
class FailedStepsTest {

    private final RunningWorker worker = SharedWorker.get();
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private int putBack;

    /// A step that comes to this.
    private final class Failing extends RenderStep {
        private final RuntimeException failure;

        private Failing(RuntimeException failure) {
            super(
                    worker.bean(Adapters.class),
                    worker.bean(Routes.class),
                    worker.bean(RenderStore.class),
                    worker.bean(Settler.class),
                    worker.bean(LeaseKeeper.class),
                    worker.bean(LookupStep.class),
                    worker.bean(FetchStep.class),
                    worker.bean(RenderBill.class),
                    worker.bean(MillraceSettings.class),
                    worker.bean(Clock.class),
                    worker.bean(RandomGenerator.class),
                    meters);
            this.failure = failure;
        }

        @Override
        Optional<FollowedRender> take(FollowedRender render, Turns.Turn turn) {
            throw failure;
        }

        @Override
        void putBack(FollowedRender render) {
            putBack++;
        }
    }

    private void fail(RuntimeException failure) {
        var next = new RenderFollower(
                        worker.bean(LeaseKeeper.class),
                        worker.bean(DatabaseWatch.class),
                        worker.bean(RenderStore.class),
                        new Failing(failure),
                        worker.bean(Routes.class),
                        worker.bean(MillraceSettings.class),
                        meters)
                .take(
                        new FollowedRender(
                                JobId.next(),
                                1,
                                1,
                                FollowedRender.Phase.POLL,
                                1,
                                UUID.randomUUID(),
                                "sim-video",
                                new byte[0],
                                "simulator",
                                "sim-video",
                                "a-key",
                                Optional.of("video_1"),
                                Instant.EPOCH,
                                Instant.EPOCH,
                                Instant.EPOCH,
                                Instant.EPOCH,
                                0,
                                0,
                                Optional.empty(),
                                0,
                                false),
                        () -> {});
        assertThat(next).isEmpty();
    }

    private double counted(String reason) {
        return meters.get("millrace.render.steps.failed")
                .tag("reason", reason)
                .counter()
                .count();
    }

    @Test
    void what_fails_for_lack_of_a_connection_to_the_database_is_counted_and_put_back() {
        fail(new CannotGetJdbcConnectionException(
                "No connection", new SQLTransientConnectionException("The pool is empty")));

        assertThat(counted("database")).isEqualTo(1);
        assertThat(counted("error")).isZero();
        assertThat(putBack).isEqualTo(1);
    }

    @Test
    void what_fails_for_a_bug_is_counted_apart() {
        fail(new IllegalStateException("a bug"));

        assertThat(counted("database")).isZero();
        assertThat(counted("error")).isEqualTo(1);
        assertThat(putBack).isEqualTo(1);
    }
}
