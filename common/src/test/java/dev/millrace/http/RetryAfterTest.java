package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RetryAfterTest {

    private static Optional<Duration> read(Map<String, String> headers) {
        return new Reply.Answered(429, headers::get, new byte[0]).retryAfter();
    }

    private static String date(Duration fromNow) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plus(fromNow));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1000", "20, 20000", "1.5, 1500", "' 7 ', 7000"})
    void seconds_are_read(String value, long millis) {
        assertThat(read(Map.of("retry-after", value))).hasValue(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "300, 300", "1500, 1500"})
    void milliseconds_are_read(String value, long millis) {
        assertThat(read(Map.of("retry-after-ms", value))).hasValue(Duration.ofMillis(millis));
    }

    @Test
    void an_http_date_is_read_as_the_time_until_then() {
        assertThat(read(Map.of("retry-after", date(Duration.ofSeconds(30)))))
                .hasValueSatisfying(wait -> assertThat(wait).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(30)));
    }

    @Test
    void an_http_date_in_the_past_is_no_wait() {
        assertThat(read(Map.of("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"))).hasValue(Duration.ZERO);
    }

    @Test
    void milliseconds_come_before_seconds_as_in_the_official_sdks() {
        assertThat(read(Map.of("retry-after", "20", "retry-after-ms", "300"))).hasValue(Duration.ofMillis(300));
    }

    @Test
    void seconds_count_where_the_milliseconds_can_not_be_read() {
        assertThat(read(Map.of("retry-after", "20", "retry-after-ms", "soon"))).hasValue(Duration.ofSeconds(20));
    }

    @Test
    void nobody_is_left_alone_for_longer_than_a_day() {
        assertThat(read(Map.of("retry-after", "86401"))).hasValue(Duration.ofHours(24));
        assertThat(read(Map.of("retry-after-ms", "999999999"))).hasValue(Duration.ofHours(24));
        assertThat(read(Map.of("retry-after", date(Duration.ofDays(3))))).hasValue(Duration.ofHours(24));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "-1", "NaN", "Infinity", "1e300", "tomorrow", "5d", "0x10", "1994-11-06"})
    void what_is_no_wait_is_none(String value) {
        assertThat(read(Map.of("retry-after", value))).isEmpty();
        assertThat(read(Map.of("retry-after-ms", value))).isEmpty();
    }

    @Test
    void no_header_is_no_wait() {
        assertThat(read(Map.of())).isEmpty();
    }
}
