package dev.millrace.api.usage;

import dev.millrace.api.page.Parameters;
import dev.millrace.api.problem.Problem;
import dev.millrace.ledger.UsageSums;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// `?from=2026-11-01&to=2026-11-30&group_by=model`: days in UTC, both of them counted. Without any, the last thirty
/// days by day.
record UsageQuery(LocalDate from, LocalDate to, UsageSums.By by) {

    private static final int USUAL_DAYS = 30;
    private static final int MOST_DAYS = 366;

    private static final String CHOICES =
            Arrays.stream(UsageSums.By.values()).map(UsageQuery::word).collect(Collectors.joining("', '", "'", "'"));

    /// @throws Problem 400 that names the parameter
    static UsageQuery of(Map<String, String> parameters, LocalDate today) {
        LocalDate from = null;
        LocalDate to = null;
        var by = UsageSums.By.DAY;
        for (var parameter : parameters.entrySet()) {
            var name = parameter.getKey();
            var value = parameter.getValue();
            switch (name) {
                case "from" -> from = day(name, value);
                case "to" -> to = day(name, value);
                case "group_by" -> by = by(value);
                default -> throw Parameters.unknown(name);
            }
        }
        return bounded(from, to, by, today);
    }

    private static UsageQuery bounded(
            @Nullable LocalDate from, @Nullable LocalDate to, UsageSums.By by, LocalDate today) {
        var last = to == null ? today : to;
        var first = from == null ? last.minusDays(USUAL_DAYS - 1L) : from;
        if (first.isAfter(last)) {
            throw Problem.invalid("from", "invalid_value", "'from' must not be after 'to', which is " + last + ".");
        }
        if (ChronoUnit.DAYS.between(first, last) >= MOST_DAYS) {
            throw Problem.invalid(
                    "from", "invalid_value", "'from' and 'to' must not be more than " + MOST_DAYS + " days apart.");
        }
        return new UsageQuery(first, last, by);
    }

    private static LocalDate day(String name, String value) {
        try {
            var day = LocalDate.parse(value);
            if (day.getYear() >= 2000 && day.getYear() < 3000) {
                return day;
            }
        } catch (DateTimeParseException noDay) {
            // Answered below, as a day that nobody can mean.
        }
        throw Problem.invalid(name, "invalid_value", "'" + name + "' must be a day, such as 2026-11-28.");
    }

    private static UsageSums.By by(String value) {
        return Arrays.stream(UsageSums.By.values())
                .filter(known -> word(known).equals(value))
                .findFirst()
                .orElseThrow(() ->
                        Problem.invalid("group_by", "invalid_value", "'group_by' must be one of " + CHOICES + "."));
    }

    static String word(UsageSums.By by) {
        return by.name().toLowerCase(Locale.ROOT);
    }
}
