package dev.millrace.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RampTest {

    @Test
    void a_caller_who_looked_at_the_clock_before_it_began_meets_its_smallest_share() {
        var ramp = new Ramp(Duration.ofSeconds(30));
        ramp.begin(60_000);

        assertThat(ramp.admits(20_000)).isFalse();
        assertThat(ramp.admits(60_000)).isTrue();
    }
}
