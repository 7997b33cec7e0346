package dev.millrace.worker.polling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.routing.MutableClock;
import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class KeyPaceTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final MutableClock clock = new MutableClock();
    private final KeyPace pace = new KeyPace(clock);

    @Test
    void a_key_pauses_until_its_time_is_over_and_no_other_does() {
        pace.slow("k1", MINUTE);
        clock.advance(Duration.ofSeconds(20));
        assertThat(pace.pause("k1")).contains(Duration.ofSeconds(40));
        assertThat(pace.pause("k2")).isEmpty();
        clock.advance(Duration.ofSeconds(40));
        assertThat(pace.pause("k1")).isEmpty();
    }

    @Test
    void of_many_that_are_told_the_same_the_first_is_news() {
        assertThat(pace.slow("k1", MINUTE)).isTrue();
        clock.advance(Duration.ofSeconds(5));
        assertThat(pace.slow("k1", MINUTE)).isFalse();
        assertThat(pace.pause("k1")).as("the later end counts all the same").contains(MINUTE);
    }

    @Test
    void a_longer_pause_is_news_and_a_shorter_one_changes_nothing() {
        pace.slow("k1", MINUTE);
        assertThat(pace.slow("k1", Duration.ofSeconds(10))).isFalse();
        assertThat(pace.pause("k1")).contains(MINUTE);
        assertThat(pace.slow("k1", MINUTE.multipliedBy(2))).isTrue();
    }

    @Test
    void no_pause_at_all_is_none() {
        assertThat(pace.slow("k1", Duration.ZERO)).isFalse();
        assertThat(pace.pause("k1")).isEmpty();
    }
}
