package dev.millrace.share;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.database.Database;
import dev.millrace.database.FaultySource;
import dev.millrace.database.FaultySource.Fate;
import dev.millrace.database.TestDatabase;
import dev.millrace.routing.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Limits per minute over two processes on one database.
@DisplayNameGeneration(ReplaceUnderscores.class)
class SharesTest {

    private static final TestDatabase test = TestDatabase.create();
    private static final String NAME = "requests p k";

    // The database's own clock decides what is old.
    private final MutableClock clock = new MutableClock(Instant.now().truncatedTo(ChronoUnit.MINUTES));
    private final FaultySource faulty = new FaultySource(test.source());
    private final Shares one = new Shares(test.database(), clock);
    private final Shares other = new Shares(test.database(), clock);

    @AfterEach
    void forget() {
        test.database().client().sql("delete from share").update();
    }

    @AfterAll
    static void end() {
        test.close();
    }

    /// Takes one by one until it is refused though blocks are drawn.
    private int takeAll(Shares shares, long perMinute) {
        int taken = 0;
        int refused = 0;
        while (refused < 3 && taken <= 2 * perMinute) {
            if (shares.take(NAME, perMinute, 1)) {
                taken++;
                refused = 0;
            } else {
                shares.draw();
                refused++;
            }
        }
        return taken;
    }

    private long drawn() {
        return test.database()
                .client()
                .sql("select coalesce(sum(drawn), 0) from share where name = :name")
                .param("name", NAME)
                .query(Long.class)
                .single();
    }

    @Test
    void a_limit_is_used_to_the_full_by_one_process_and_not_passed() {
        assertThat(takeAll(one, 60)).isEqualTo(60);
        assertThat(one.lacksUntil(NAME, 1)).isEqualTo(clock.millis() + 60_000);
        assertThat(takeAll(other, 60)).isZero();
    }

    @Test
    void what_one_process_has_drawn_no_other_gets() {
        one.expect(NAME, 100);
        one.draw();
        assertThat(drawn()).isEqualTo(5);
        assertThat(takeAll(other, 100)).isBetween(94, 95);
    }

    @Test
    void a_limit_holds_over_two_processes_that_take_at_once() throws Exception {
        int limit = 2_000;
        var takers = new ArrayList<Callable<Integer>>();
        for (int i = 0; i < 4; i++) {
            takers.add(() -> takeAll(one, limit));
            takers.add(() -> takeAll(other, limit));
        }
        int taken = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Integer> future : threads.invokeAll(takers)) {
                taken += future.get();
            }
        }
        assertThat(taken).isBetween(limit * 95 / 100, limit * 105 / 100);
    }

    @Test
    void a_new_minute_begins_with_the_whole_limit() {
        takeAll(one, 60);
        clock.advance(Duration.ofMinutes(1));
        assertThat(takeAll(other, 60)).isEqualTo(60);
    }

    @Test
    void the_first_block_of_the_next_minute_is_drawn_before_it_begins() {
        takeAll(one, 60);
        clock.advance(Duration.ofSeconds(51));
        one.draw();
        clock.advance(Duration.ofSeconds(9));
        assertThat(one.take(NAME, 60, 3)).isTrue();
        assertThat(one.take(NAME, 60, 1)).isFalse();
    }

    @Test
    void an_expected_limit_is_drawn_before_anybody_asks() {
        one.expect(NAME, 60);
        one.draw();
        assertThat(one.take(NAME, 60, 1)).isTrue();
        clock.advance(Duration.ofMinutes(3));
        one.draw();
        assertThat(one.take(NAME, 60, 1)).isTrue();
    }

    @Test
    void until_the_first_block_is_there_a_hundredth_is_lent_and_written_down_afterwards() {
        for (int i = 0; i < 10; i++) {
            assertThat(one.take(NAME, 1_000, 1)).isTrue();
        }
        assertThat(one.take(NAME, 1_000, 1)).isFalse();
        one.draw();
        assertThat(drawn()).isEqualTo(10 + 50);
        assertThat(takeAll(one, 1_000)).isEqualTo(990);
    }

    @Test
    void who_can_wait_waits_for_the_block_that_is_being_drawn() throws InterruptedException {
        one.start();
        try {
            assertThat(one.take(NAME, 10, 1, Duration.ofSeconds(30))).isTrue();
        } finally {
            one.stop();
        }
    }

    @Test
    void who_can_wait_does_not_where_all_is_drawn_though_too_little_of_it_is_left() throws InterruptedException {
        one.expect(NAME, 60);
        one.draw();
        assertThat(one.take(NAME, 60, 50)).isFalse();
        one.draw();
        assertThat(one.take(NAME, 60, 50)).isTrue();
        assertThat(one.take(NAME, 60, 20)).isFalse();
        one.draw();
        // Nothing draws here, so whoever waits does so to the end.
        long from = System.nanoTime();
        assertThat(one.take(NAME, 60, 20, Duration.ofSeconds(60))).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(30));
        assertThat(one.take(NAME, 60, 10)).isTrue();
    }

    @Test
    void where_takers_are_announced_a_block_is_there_before_the_first_of_them() throws InterruptedException {
        one.start();
        try {
            one.ready(NAME, 10, Duration.ofSeconds(30));
        } finally {
            one.stop();
        }
        assertThat(one.take(NAME, 10, 1)).isTrue();
    }

    @Test
    void whoever_takes_much_at_once_finds_the_next_such_amount_drawn() {
        assertThat(one.take(NAME, 1_000, 90)).isFalse();
        one.draw();
        assertThat(one.take(NAME, 1_000, 90)).isTrue();
        assertThat(one.take(NAME, 1_000, 90)).isTrue();
    }

    private boolean takeOfAnyMinute(Shares shares, long perMinute) {
        if (shares.takeOfAnyMinute(NAME, perMinute, 1)) {
            return true;
        }
        shares.draw();
        return shares.takeOfAnyMinute(NAME, perMinute, 1);
    }

    private int takeOfAnyMinute(Shares shares, long perMinute, int most) {
        int taken = 0;
        while (taken < most && takeOfAnyMinute(shares, perMinute)) {
            taken++;
        }
        return taken;
    }

    @Test
    void what_was_used_up_at_the_end_of_a_minute_is_not_there_again_before_sixty_seconds_have_passed() {
        clock.advance(Duration.ofSeconds(57));
        assertThat(takeOfAnyMinute(one, 60, 100)).isEqualTo(60);
        clock.advance(Duration.ofSeconds(3));
        assertThat(takeOfAnyMinute(one, 60, 100)).isZero();
        assertThat(takeOfAnyMinute(other, 60, 100)).isZero();
        clock.advance(Duration.ofSeconds(57));
        assertThat(takeOfAnyMinute(one, 60, 100)).isZero();
        clock.advance(Duration.ofSeconds(3));
        assertThat(takeOfAnyMinute(other, 60, 100)).isEqualTo(60);
    }

    @Test
    void what_was_not_needed_is_not_counted_a_minute_later() {
        clock.advance(Duration.ofSeconds(50));
        assertThat(takeOfAnyMinute(one, 60, 100)).isEqualTo(60);
        long takenAt = clock.millis();
        clock.advance(Duration.ofSeconds(5));
        one.settle(NAME, takenAt, -40);
        one.draw();
        clock.advance(Duration.ofSeconds(15));
        one.draw();
        assertThat(takeOfAnyMinute(other, 60, 100)).isEqualTo(40);
    }

    @Test
    void no_sixty_seconds_pass_a_limit_by_more_than_a_twentieth_however_the_takers_come() {
        int limit = 200;
        var random = new SplittableRandom(11);
        var taken = new int[600];
        for (int second = 0; second < taken.length; second++) {
            int burst = random.nextInt(10) == 0 ? limit : random.nextInt(6);
            // At times nobody comes at all.
            for (int i = 0; i < burst && second / 100 % 3 != 1; i++) {
                taken[second] += takeOfAnyMinute(random.nextBoolean() ? one : other, limit) ? 1 : 0;
            }
            one.draw();
            other.draw();
            clock.advance(Duration.ofSeconds(1));
        }
        int all = 0;
        for (int second = 0; second < taken.length; second++) {
            int inAMinute = 0;
            for (int i = Math.max(0, second - 59); i <= second; i++) {
                inAMinute += taken[i];
            }
            all += taken[second];
            assertThat(inAMinute).as("the minute before %d", second).isLessThanOrEqualTo(limit * 105 / 100);
        }
        assertThat(all).as("and most of it is used").isGreaterThan(limit * 400 / 60 * 85 / 100);
    }

    @Test
    void what_is_left_is_the_limit_less_what_was_taken_here_and_what_others_hold() {
        assertThat(one.left(NAME, 100)).isEqualTo(100);
        assertThat(one.take(NAME, 100, 1)).isTrue();
        assertThat(one.left(NAME, 100)).isEqualTo(99);
        other.expect(NAME, 100);
        other.draw();
        one.draw();
        assertThat(one.left(NAME, 100)).isEqualTo(99 - 5);
        one.settle(NAME, clock.millis(), 30);
        assertThat(one.left(NAME, 100)).isEqualTo(64);
        one.settle(NAME, clock.millis(), -10);
        assertThat(one.left(NAME, 100)).isEqualTo(74);
        takeAll(one, 100);
        assertThat(one.left(NAME, 100)).isZero();
        clock.advance(Duration.ofMinutes(1));
        assertThat(one.left(NAME, 100)).isEqualTo(100);
    }

    @Test
    void a_limit_that_is_raised_lets_more_be_taken_in_the_same_minute() {
        assertThat(takeAll(one, 60)).isEqualTo(60);
        assertThat(takeAll(one, 100)).isEqualTo(40);
    }

    @Test
    void what_was_not_needed_goes_back_in_the_same_minute_only() {
        assertThat(takeAll(one, 60)).isEqualTo(60);
        long takenAt = clock.millis();
        one.settle(NAME, takenAt, -10);
        assertThat(takeAll(one, 60)).isEqualTo(10);
        clock.advance(Duration.ofMinutes(1));
        one.settle(NAME, takenAt, -10);
        assertThat(takeAll(one, 60)).isEqualTo(60);
    }

    @Test
    void what_was_needed_beyond_counts_against_the_limit() {
        one.expect(NAME, 60);
        one.draw();
        assertThat(one.take(NAME, 60, 1)).isTrue();
        one.settle(NAME, clock.millis(), 29);
        assertThat(takeAll(one, 60)).isEqualTo(30);
    }

    /// A round of each in which both are seen.
    private void seeEachOther(Shares... processes) {
        for (var shares : processes) {
            shares.expect("another", 60);
        }
        for (var shares : processes) {
            shares.draw();
        }
        clock.advance(Duration.ofSeconds(55));
        for (var shares : processes) {
            shares.draw();
        }
        clock.advance(Duration.ofSeconds(5));
    }

    private void cutOff(int statements) {
        for (int i = 0; i < statements; i++) {
            faulty.then(Fate.NOT_SENT);
        }
    }

    @Test
    void without_the_database_each_goes_on_with_an_equal_share_by_the_processes_it_last_saw() {
        var cut = new Shares(new Database(faulty), clock);
        seeEachOther(cut, other);
        cutOff(1_000);
        cut.draw();
        assertThat(takeAll(cut, 60)).isEqualTo(30);
        clock.advance(Duration.ofMinutes(1));
        assertThat(takeAll(cut, 60)).isEqualTo(30);
    }

    @Test
    void without_the_database_a_minute_in_which_it_was_there_ends_with_the_block_that_was_drawn() {
        var cut = new Shares(new Database(faulty), clock);
        cut.expect(NAME, 100);
        cut.draw();
        cutOff(1_000);
        assertThat(takeAll(cut, 100)).isEqualTo(5);
    }

    @Test
    void what_was_used_without_the_database_is_written_down_when_it_is_back() {
        var cut = new Shares(new Database(faulty), clock);
        seeEachOther(cut, other);
        cutOff(1);
        cut.expect(NAME, 60);
        cut.draw();
        for (int i = 0; i < 30; i++) {
            assertThat(cut.take(NAME, 60, 1)).isTrue();
        }
        cut.draw();
        assertThat(takeAll(cut, 60) + takeAll(other, 60)).isEqualTo(30);
    }

    @Test
    void old_minutes_are_deleted() {
        test.database()
                .client()
                .sql("insert into share values ('old', now() - interval '11 minutes', 5),"
                        + " ('young', now() - interval '8 minutes', 5)")
                .update();
        one.expect(NAME, 60);
        one.draw();
        assertThat(test.database()
                        .client()
                        .sql("select name from share where name in ('old', 'young')")
                        .query(String.class)
                        .list())
                .containsExactly("young");
    }
}
