package dev.millrace.backoff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.HashSet;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BackoffTest {

    private static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(5));

    /// Draws the number it is told to, in place of one between 0 and 1.
    private static RandomGenerator drawing(double number) {
        return new RandomGenerator() {
            @Override
            public long nextLong() {
                throw new AssertionError("a backoff draws one double");
            }

            @Override
            public double nextDouble() {
                return number;
            }
        };
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "3, 4", "4, 8", "8, 128", "9, 256", "10, 300", "11, 300", "1000000, 300"})
    void the_wait_doubles_with_each_failure_up_to_the_cap(int failures, int seconds) {
        assertThat(BACKOFF.after(failures, drawing(Math.nextDown(1.0))))
                .isCloseTo(Duration.ofSeconds(seconds), Duration.ofNanos(1_000));
    }

    @Test
    void jitter_takes_at_most_half_of_it() {
        assertThat(BACKOFF.after(3, drawing(0))).isEqualTo(Duration.ofSeconds(2));
        assertThat(BACKOFF.after(3, drawing(0.5))).isEqualTo(Duration.ofSeconds(3));
        assertThat(BACKOFF.after(20, drawing(0))).isEqualTo(Duration.ofSeconds(150));
    }

    @Test
    void what_failed_together_does_not_return_together() {
        var random = new SplittableRandom(7);
        var waits = new HashSet<Duration>();
        for (int i = 0; i < 100; i++) {
            waits.add(BACKOFF.after(5, random));
        }
        assertThat(waits)
                .hasSizeGreaterThan(95)
                .allSatisfy(wait -> assertThat(wait).isBetween(Duration.ofSeconds(8), Duration.ofSeconds(16)));
    }

    @Test
    void a_cap_of_years_does_not_overflow() {
        var years = new Backoff(Duration.ofDays(1), Duration.ofDays(36_500));
        assertThat(years.after(200, drawing(0))).isEqualTo(Duration.ofDays(18_250));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void there_is_no_wait_before_the_first_failure(int failures) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BACKOFF.after(failures, drawing(0)))
                .withMessage("failures must be 1 or more");
    }

    @Test
    void a_base_of_nothing_and_a_cap_below_the_base_are_refused() {
        var second = Duration.ofSeconds(1);
        assertThatIllegalArgumentException().isThrownBy(() -> new Backoff(Duration.ZERO, second));
        assertThatIllegalArgumentException().isThrownBy(() -> new Backoff(second.negated(), second));
        assertThatIllegalArgumentException().isThrownBy(() -> new Backoff(second, second.minusNanos(1)));
        assertThat(new Backoff(second, second).after(9, drawing(0.5))).isEqualTo(Duration.ofMillis(750));
    }
}
