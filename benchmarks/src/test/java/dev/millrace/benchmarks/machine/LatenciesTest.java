package dev.millrace.benchmarks.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class LatenciesTest {

    private final Histogram micros = new Histogram(600_000_000L, 3);

    @Test
    void percentiles_are_milliseconds_of_microseconds() {
        for (int millis = 1; millis <= 1_000; millis++) {
            micros.recordValue(millis * 1_000L);
        }
        var latencies = Latencies.of(micros);
        assertThat(latencies.count()).isEqualTo(1_000);
        assertThat(latencies.p50()).isCloseTo(500, within(1.0));
        assertThat(latencies.p90()).isCloseTo(900, within(1.0));
        assertThat(latencies.p99()).isCloseTo(990, within(1.0));
        assertThat(latencies.p999()).isCloseTo(999, within(1.0));
        assertThat(latencies.max()).isCloseTo(1_000, within(1.0));
        assertThat(latencies.mean()).isCloseTo(500.5, within(1.0));
    }

    @Test
    void of_nothing_there_is_nothing() {
        assertThat(Latencies.of(micros)).isEqualTo(Latencies.NONE);
    }
}
