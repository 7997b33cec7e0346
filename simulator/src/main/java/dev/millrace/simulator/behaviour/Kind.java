package dev.millrace.simulator.behaviour;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The forms in which a key's value may be written. `read` gives the value as it is used, or throws
/// [IllegalArgumentException] with the form that was expected.
enum Kind {
    TEXT("text") {
        @Override
        Object read(String text) {
            return text;
        }
    },
    FLAG("nothing, true or false") {
        @Override
        Object read(String text) {
            return switch (text) {
                case "", "true" -> true;
                case "false" -> false;
                default -> throw new IllegalArgumentException();
            };
        }
    },
    COUNT("a whole number, 0 or more") {
        @Override
        Object read(String text) {
            long value = Long.parseLong(text);
            if (value < 0) {
                throw new IllegalArgumentException();
            }
            return value;
        }
    },
    SIGNED("a whole number with its sign, such as +100 or -1") {
        @Override
        Object read(String text) {
            return Long.parseLong(text);
        }
    },
    STATUS("an HTTP status of 400 or more") {
        @Override
        Object read(String text) {
            long value = Long.parseLong(text);
            if (value < 400 || value > 599) {
                throw new IllegalArgumentException();
            }
            return value;
        }
    },
    RATIO("a number from 0 to 1") {
        @Override
        Object read(String text) {
            double value = Double.parseDouble(text);
            if (!(value >= 0 && value <= 1)) {
                throw new IllegalArgumentException();
            }
            return value;
        }
    },
    DURATION("a time such as 200ms, 3s or 2m") {
        @Override
        Object read(String text) {
            return duration(text);
        }
    },
    RANGE("a time such as 200ms, or two such as 100ms..300ms") {
        @Override
        Object read(String text) {
            int dots = text.indexOf("..");
            if (dots < 0) {
                Duration exact = duration(text);
                return new DurationRange(exact, exact);
            }
            return new DurationRange(duration(text.substring(0, dots)), duration(text.substring(dots + 2)));
        }
    },
    RENDER_TIME("a time such as 3s, or never") {
        @Override
        Object read(String text) {
            // A thousand years: not finished within the life of any test, and still a number to reckon with.
            return text.equals("never") ? Duration.ofDays(36_500) : duration(text);
        }
    },
    FLAP("two whole numbers, failures and successes, such as 2/3") {
        @Override
        Object read(String text) {
            int slash = text.indexOf('/');
            if (slash < 0) {
                throw new IllegalArgumentException();
            }
            return new Flap(Integer.parseInt(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
        }
    },
    PER("prompt or key") {
        @Override
        Object read(String text) {
            return oneOf(text, Set.of("prompt", "key"));
        }
    },
    BODY("html, json, error, garbage or nothing") {
        @Override
        Object read(String text) {
            return oneOf(text, Set.of("html", "json", "error", "garbage", "nothing"));
        }
    },
    RESET_POINT("before-body, after-body, after-headers or mid-body") {
        @Override
        Object read(String text) {
            return oneOf(
                    text.isEmpty() ? "after-body" : text,
                    Set.of("before-body", "after-body", "after-headers", "mid-body"));
        }
    },
    LOST_ANSWER("reset, hang-up, silence, garbage, html, nothing or a status of 500 or more") {
        @Override
        Object read(String text) {
            return text.matches("5[0-9][0-9]")
                    ? text
                    : oneOf(text, Set.of("reset", "hang-up", "silence", "garbage", "html", "nothing"));
        }
    },
    USAGE("none, finish or twice") {
        @Override
        Object read(String text) {
            return oneOf(text, Set.of("none", "finish", "twice"));
        }
    };

    private static final Pattern TIME = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(us|ms|s|m|h)?");

    private final String form;

    Kind(String form) {
        this.form = form;
    }

    abstract Object read(String text);

    String form() {
        return form;
    }

    private static Object oneOf(String text, Set<String> allowed) {
        if (!allowed.contains(text)) {
            throw new IllegalArgumentException();
        }
        return text;
    }

    /// A number without a unit is milliseconds.
    static Duration duration(String text) {
        Matcher matcher = TIME.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException();
        }
        double value = Double.parseDouble(matcher.group(1));
        double nanos = switch (String.valueOf(matcher.group(2))) {
            case "us" -> value * 1e3;
            case "s" -> value * 1e9;
            case "m" -> value * 60e9;
            case "h" -> value * 3600e9;
            default -> value * 1e6;
        };
        return Duration.ofNanos(Math.round(nanos));
    }
}
