package dev.millrace.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.database.Staged;
import dev.millrace.database.TestDatabase;
import dev.millrace.job.ClaimedJob;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Entries move into the sums by day, and no sum changes by it.
@DisplayNameGeneration(ReplaceUnderscores.class)
class UsageRollUpTest {

    @RegisterExtension
    private static final TestDatabase test = TestDatabase.create();

    private final Books books = new Books(test);

    @Test
    void a_roll_up_whose_connection_dies_before_its_commit_has_moved_nothing() {
        books.budget("10");
        books.jobs.end(Books.succeeded(books.running("2"), "0.75"));

        assertThatThrownBy(() -> test.database().inTransaction(connection -> {
                    assertThat(books.rollUp.rollUp()).isEqualTo(1);
                    books.kill(connection);
                    return true;
                }))
                .isNotNull();

        assertThat(books.jobs.count("usage_entry", "true")).isEqualTo(1);
        assertThat(books.jobs.count("usage_day", "true")).isZero();
        books.assertBalanced();
        assertThat(books.rollUp.rollUp()).isEqualTo(1);
        assertThat(books.spent()).isEqualTo("0.75");
        books.assertBalanced();
    }

    @Test
    void one_process_at_a_time_rolls_up_and_no_other_waits_for_it() {
        books.budget("10");
        books.jobs.end(Books.succeeded(books.running("2"), "0.75"));
        var moved = new CompletableFuture<Long>();
        var letGo = new CountDownLatch(1);
        var first = Staged.aside(() -> test.database().inTransaction(connection -> {
            moved.complete(books.rollUp.rollUp());
            Staged.await(letGo);
            return true;
        }));
        assertThat(moved.join()).isEqualTo(1);
        books.jobs.end(Books.succeeded(books.running("2"), "0.25"));

        assertThat(new UsageRollUp(test.database()).rollUp()).isZero();

        letGo.countDown();
        first.join();
        assertThat(new UsageRollUp(test.database()).rollUp()).isEqualTo(1);
        assertThat(books.spent()).isEqualTo("1");
        books.assertBalanced();
    }

    @Test
    void sums_that_are_rolled_up_while_jobs_settle_miss_none_and_count_none_twice() throws Exception {
        books.budget("1000");
        var claimed = new ArrayList<ClaimedJob>();
        for (int i = 0; i < 200; i++) {
            claimed.add(books.running("1"));
        }
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            var settled = claimed.stream()
                    .map(job -> pool.submit(() -> books.jobs.end(Books.succeeded(job, "0.01"))))
                    .toList();
            while (!settled.stream().allMatch(Future::isDone)) {
                books.rollUp.rollUp();
                assertThat(books.standing().left().doubleValue()).isBetween(800.0, 998.0);
            }
            for (var one : settled) {
                one.get();
            }
        }

        books.rollUp.rollUp();
        assertThat(books.spent()).isEqualTo("2");
        assertThat(books.reserved()).isEqualTo("0");
        books.assertBalanced();
    }
}
