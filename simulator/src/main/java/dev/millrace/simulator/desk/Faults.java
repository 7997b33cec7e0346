package dev.millrace.simulator.desk;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.behaviour.Key;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Turns behaviours that take the place of an answer into that answer.
final class Faults {

    private static final String HTML = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
            + "<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";

    private Faults() {}

    /// The error that the behaviour asks for, if it asks for one.
    ///
    /// @throws ApiException if it names an error that the format does not have
    static Optional<ApiError> error(Behaviour behaviour, WireFormat format) throws ApiException {
        if (!behaviour.has(Key.STATUS) && !behaviour.has(Key.ERROR)) {
            return Optional.empty();
        }
        ApiError error = spoken(behaviour, format);
        // There the error is for an event or a body that comes with a 200.
        boolean inside = behaviour.has(Key.ERROR_AT) || behaviour.is(Key.BODY, "error");
        return inside ? Optional.empty() : Optional.of(error);
    }

    /// The same, or the format's 500, for an error inside an answer that began well.
    static ApiError spoken(Behaviour behaviour, WireFormat format) throws ApiException {
        ApiError base;
        if (behaviour.has(Key.ERROR)) {
            String name = behaviour.text(Key.ERROR).orElseThrow();
            base = format.errorNamed(name);
            if (base == null) {
                throw ApiError.invalid(
                                "model", "the simulator's " + format.name() + " format has no error '" + name + "'")
                        .toException();
            }
        } else {
            base = format.errorOf((int) behaviour.number(Key.STATUS).orElse(500));
        }
        return new ApiError(
                (int) behaviour.number(Key.STATUS).orElse(base.status()),
                behaviour.text(Key.TYPE).orElse(base.type()),
                behaviour
                        .text(Key.CODE)
                        .or(() -> Optional.ofNullable(base.code()))
                        .orElse(null),
                behaviour
                        .text(Key.PARAM)
                        .or(() -> Optional.ofNullable(base.param()))
                        .orElse(null),
                behaviour.text(Key.MESSAGE).orElse(base.message()),
                behaviour.time(Key.RETRY_INFO).orElse(base.retryIn()));
    }

    static List<Header> retryHeaders(Behaviour behaviour) {
        List<Header> headers = new ArrayList<>();
        behaviour.text(Key.RETRY_AFTER).ifPresent(value -> headers.add(new Header("retry-after", value)));
        behaviour
                .time(Key.RETRY_AFTER_DATE)
                .ifPresent(wait -> headers.add(new Header(
                        "retry-after",
                        DateTimeFormatter.RFC_1123_DATE_TIME.format(
                                ZonedDateTime.now(ZoneOffset.UTC).plus(wait)))));
        behaviour
                .number(Key.RETRY_AFTER_MS)
                .ifPresent(millis -> headers.add(new Header("retry-after-ms", Long.toString(millis))));
        if (behaviour.has(Key.SHOULD_RETRY)) {
            headers.add(new Header("x-should-retry", Boolean.toString(behaviour.is(Key.SHOULD_RETRY))));
        }
        return headers;
    }

    /// An answer of status 200 that is no answer.
    ///
    /// @param kind `html`, `json`, `error`, `garbage` or `nothing`
    static Answer.Whole instead(String kind, Behaviour behaviour, WireFormat format, String requestId)
            throws ApiException {
        return switch (kind) {
            case "html" -> new Answer.Whole(200, "text/html", Body.of(HTML), List.of());
            case "json" ->
                new Answer.Whole(
                        200,
                        "application/json",
                        Body.of("{\"status\":\"ok\",\"detail\":\"not what was asked for\"}"),
                        List.of());
            case "error" ->
                new Answer.Whole(
                        200,
                        "application/json",
                        Body.of(format.errorBody(spoken(behaviour, format), requestId)),
                        List.of());
            case "garbage" ->
                new Answer.Whole(
                        200,
                        "application/json",
                        Body.of("{\"id\":\"gar\u0000bage\",\"object\":".getBytes(StandardCharsets.UTF_8)),
                        List.of());
            default -> new Answer.Whole(200, "application/json", Body.of(new byte[0]), List.of());
        };
    }
}
