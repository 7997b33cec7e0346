package dev.millrace.api.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockHttpServletRequest;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class PreferenceTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "wait=10|10",
                "wait=0|0",
                "Wait=10|10",
                "wait = 10|10",
                "wait=\"10\"|10",
                "respond-async, wait=5|5",
                "wait=5, respond-async|5",
                "respond-async; wait=5|5",
                "wait=60|60",
                "wait=61|60",
                "wait=999999999|60",
                "wait=9999999999|0",
                "await=5|0",
                "wait=5s|0"
            })
    void a_wait_is_read_as_RFC_7240_writes_it_and_more_than_60_counts_as_60(String header, int seconds) {
        var request = new MockHttpServletRequest();
        request.addHeader("Prefer", header);

        assertThat(Preference.of(request).upTo()).isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void preferences_may_come_in_several_headers() {
        var request = new MockHttpServletRequest();
        request.addHeader("Prefer", "respond-async");
        request.addHeader("Prefer", "wait=7");

        assertThat(Preference.of(request).upTo()).isEqualTo(Duration.ofSeconds(7));
    }
}
