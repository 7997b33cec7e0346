package dev.millrace.benchmarks.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.benchmarks.profile.PollLags.Due;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class PollLagsTest {

    private static final long SECOND = 1_000_000;

    @Test
    void a_poll_is_late_by_the_time_from_when_it_was_due() {
        var lags = PollLags.lags(
                Set.of(new Due("a", 10 * SECOND)),
                Map.of("a", List.of(5 * SECOND, 12 * SECOND, 22 * SECOND)),
                30 * SECOND);
        assertThat(lags.max()).isCloseTo(2_000, within(3.0));
    }

    @Test
    void what_was_never_polled_is_as_late_as_the_end() {
        var lags = PollLags.lags(Set.of(new Due("a", 10 * SECOND)), Map.of(), 30 * SECOND);
        assertThat(lags.max()).isCloseTo(20_000, within(20.0));
    }

    @Test
    void what_is_due_after_the_end_is_left_out() {
        assertThat(PollLags.lags(Set.of(new Due("a", 31 * SECOND)), Map.of(), 30 * SECOND)
                        .count())
                .isZero();
    }
}
