package dev.millrace.benchmarks.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SteadinessTest {

    /// A second of a machine that does 100 in each window of 5 ms.
    private static int[] second() {
        var work = new int[200];
        Arrays.fill(work, 100);
        return work;
    }

    @Test
    void a_machine_that_always_does_the_same_is_steady() {
        assertThat(Steadiness.of(second())).isEqualTo(new Steadiness(0, 0, 0));
    }

    @Test
    void a_spell_is_three_windows_in_a_row_with_less_than_six_tenths() {
        var work = second();
        Arrays.fill(work, 10, 12, 20);
        Arrays.fill(work, 50, 53, 59);
        Arrays.fill(work, 100, 108, 5);
        Arrays.fill(work, 150, 160, 60);

        var steadiness = Steadiness.of(work);

        assertThat(steadiness.slow()).isEqualTo(13 / 200.0, within(1e-9));
        assertThat(steadiness.spells()).isEqualTo(2);
        assertThat(steadiness.longest()).isEqualTo(40);
    }

    @Test
    void a_single_window_of_luck_is_not_what_the_machine_can() {
        var work = second();
        work[3] = 1_000;

        assertThat(Steadiness.of(work).slow()).isZero();
    }

    @Test
    void it_is_measured_on_all_processors() throws InterruptedException {
        var steadiness = Steadiness.measure(0.2);

        assertThat(steadiness.slow()).isBetween(0.0, 1.0);
        assertThat(steadiness.longest()).isLessThanOrEqualTo(200);
    }
}
