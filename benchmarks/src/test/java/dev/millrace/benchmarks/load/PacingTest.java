package dev.millrace.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class PacingTest {

    private final AtomicLong told = new AtomicLong(500);

    @Test
    void at_a_rate_requests_are_due_at_equal_distances_however_late_they_are_sent() {
        var pacing = new Pacing.AtRate(1_000_000, 1_000);
        assertThat(pacing.next(0)).isEqualTo(1_000_000);
        pacing.sent();
        assertThat(pacing.next(0)).isEqualTo(2_000_000);
        pacing.sent();
        assertThat(pacing.next(900_000_000)).isEqualTo(3_000_000);
    }

    @Test
    void a_window_is_full_until_the_witness_has_been_told() {
        var pacing = new Pacing.Within(2, told::get);
        pacing.sent();
        assertThat(pacing.next(7)).isEqualTo(7);
        pacing.sent();
        assertThat(pacing.next(7)).isGreaterThan(7);
        told.incrementAndGet();
        assertThat(pacing.next(7)).isEqualTo(7);
    }

    @Test
    void what_was_refused_leaves_the_window() {
        var pacing = new Pacing.Within(1, told::get);
        pacing.sent();
        assertThat(pacing.next(7)).isGreaterThan(7);
        pacing.refused();
        assertThat(pacing.next(7)).isEqualTo(7);
    }

    @Test
    void a_rate_within_a_window_is_held_up_by_it_and_stays_late() {
        var pacing = new Pacing.Both(new Pacing.AtRate(0, 1_000), new Pacing.Within(1, told::get));
        assertThat(pacing.next(5)).isZero();
        pacing.sent();
        assertThat(pacing.next(3_000_000)).isGreaterThan(3_000_000);
        told.incrementAndGet();
        assertThat(pacing.next(3_000_000)).isEqualTo(1_000_000);
    }

    @Test
    void connections_begin_one_by_one_and_then_send_at_once() {
        var pacing = new Pacing.OneByOne(1_000, 100, 2);
        assertThat(pacing.next(0)).isEqualTo(1_000);
        pacing.sent();
        assertThat(pacing.next(1_001)).isEqualTo(1_050);
        pacing.sent();
        assertThat(pacing.next(1_051)).isEqualTo(1_051);
    }
}
