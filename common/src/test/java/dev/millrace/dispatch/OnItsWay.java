package dev.millrace.dispatch;

import static dev.millrace.database.Staged.aside;
import static dev.millrace.database.Staged.await;

import dev.millrace.database.Database;
import dev.millrace.job.DrawnPlace;
import dev.millrace.job.JobAccept;
import dev.millrace.job.JobId;
import dev.millrace.job.JobKind;
import dev.millrace.job.NewJob;
import dev.millrace.job.Submission;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// A submission between its admission and the answer to its commit, which a test lets go on step by step.
final class OnItsWay {

    final LaneWatch service;
    final NewJob job;
    /// Nobody waits for its answer any more.
    boolean abandoned;

    private final CountDownLatch inserted = new CountDownLatch(1);
    private final CountDownLatch mayCommit = new CountDownLatch(1);
    private @Nullable CompletableFuture<Boolean> commit;

    OnItsWay(LaneWatch service, NewJob job) {
        this.service = service;
        this.job = job;
    }

    /// What a service makes of a submission that it has, or has not, a place for.
    static NewJob submission(UUID project, Optional<DrawnPlace> place) {
        return new NewJob(
                JobId.next(),
                project,
                JobKind.CHAT,
                "m",
                Submission.REQUEST,
                Map.of(),
                Optional.empty(),
                0,
                Optional.empty(),
                place);
    }

    boolean sent() {
        return commit != null;
    }

    boolean committed() {
        return commit != null && commit.isDone();
    }

    boolean inserted() {
        return inserted.getCount() == 0;
    }

    void send(Database database) {
        commit = aside(() -> database.inTransaction(connection -> {
            new JobAccept(database).write(List.of(job));
            inserted.countDown();
            await(mayCommit);
            return true;
        }));
    }

    void awaitInserted() {
        await(inserted);
    }

    void commit() {
        mayCommit.countDown();
        Objects.requireNonNull(commit).join();
    }
}
