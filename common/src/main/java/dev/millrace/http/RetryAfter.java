package dev.millrace.http;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Pattern;

/// How long a provider asks to be left alone, in its three spellings: `retry-after-ms`, and `retry-after` as seconds
/// or as an HTTP date (RFC 9110, section 10.2.3).
final class RetryAfter {

    private static final Duration LONGEST = Duration.ofHours(24);
    private static final Pattern NUMBER = Pattern.compile("\\d{1,10}(\\.\\d{1,9})?");

    private RetryAfter() {}

    static Optional<Duration> read(Reply.Answered answer) {
        return answer.header("retry-after-ms")
                .flatMap(value -> number(value, 1))
                .or(() -> answer.header("retry-after")
                        .flatMap(value -> number(value, 1000).or(() -> date(value))))
                .map(wait -> wait.compareTo(LONGEST) > 0 ? LONGEST : wait);
    }

    private static Optional<Duration> number(String value, int millisPerUnit) {
        return NUMBER.matcher(value.strip()).matches()
                ? Optional.of(Duration.ofMillis(Math.round(Double.parseDouble(value.strip()) * millisPerUnit)))
                : Optional.empty();
    }

    private static Optional<Duration> date(String value) {
        try {
            var at = ZonedDateTime.parse(value.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            var wait = Duration.between(Instant.now(), at);
            return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
        } catch (DateTimeParseException noDate) {
            return Optional.empty();
        }
    }
}
