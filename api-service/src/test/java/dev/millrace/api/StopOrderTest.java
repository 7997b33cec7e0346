package dev.millrace.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fixture.SharedApi;
import dev.millrace.loop.StopOrder;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class StopOrderTest {

    @Test
    void nothing_is_stopped_before_its_phase_because_of_what_it_asks() {
        assertThat(StopOrder.misfits(SharedApi.get().context())).isEmpty();
    }
}
