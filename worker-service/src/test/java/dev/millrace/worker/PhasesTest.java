package dev.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.loop.StopOrder;
import dev.millrace.worker.fixture.SharedWorker;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PhasesTest {

    @Test
    void nothing_is_stopped_before_its_phase_because_of_what_it_asks() {
        assertThat(StopOrder.misfits(SharedWorker.get().context())).isEmpty();
    }
}
