package dev.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RampTest {

    private static final int ALL = 1_000_000;

    private final AtomicLong now = new AtomicLong();
    private final Ramp ramp = new Ramp(200, now::get);

    /// What is released in a second by whoever asks forty times.
    private int releasedInNextSecond() {
        int sum = 0;
        for (int i = 0; i < 40; i++) {
            now.addAndGet(Duration.ofMillis(25).toNanos());
            int room = ramp.room(ALL);
            ramp.released(room);
            sum += room;
        }
        return sum;
    }

    @Test
    void the_first_second_releases_so_many_and_each_that_follows_twice_as_many() {
        assertThat(ramp.room(ALL)).as("at the very first").isEqualTo(1);
        assertThat(releasedInNextSecond()).isBetween(199, 202);
        assertThat(releasedInNextSecond()).isBetween(399, 402);
        assertThat(releasedInNextSecond()).isBetween(799, 802);
    }

    @Test
    void never_more_than_is_wanted() {
        assertThat(ramp.room(0)).isZero();
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(ramp.room(7)).isEqualTo(7);
    }

    @Test
    void in_the_end_there_is_no_limit() {
        assertThat(ramp.room(ALL)).isEqualTo(1);
        now.addAndGet(Duration.ofSeconds(13).toNanos());
        ramp.released(ALL);
        assertThat(ramp.room(ALL)).isEqualTo(ALL);
    }

    @Test
    void each_outage_begins_it_anew() {
        assertThat(ramp.room(ALL)).isEqualTo(1);
        now.addAndGet(Duration.ofSeconds(13).toNanos());
        ramp.away();
        assertThat(ramp.room(ALL)).isEqualTo(1);
        assertThat(releasedInNextSecond()).isBetween(199, 202);
    }
}
