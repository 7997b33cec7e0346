package dev.millrace.api.accept;

import dev.millrace.api.problem.Problem;
import dev.millrace.job.JobKind;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads an OpenAI body as a stream, without building it up: notes what a job of its kind needs to have, and refuses
/// settings that nobody may send. The kind may be told only after the body, so [#judge(JobKind)] comes last.
final class RequestScan {

    private static final int LONGEST_MODEL = 256;
    private static final int LONGEST_PROMPT = 32_000;
    private static final Pattern SECONDS = Pattern.compile("[1-9]\\d{0,3}");
    private static final Pattern SIZE = Pattern.compile("[1-9]\\d{1,4}x[1-9]\\d{1,4}");

    private enum Found {
        ABSENT,
        EMPTY,
        WRONG,
        FINE
    }

    private @Nullable String model;
    private Found modelFound = Found.ABSENT;
    private Found messages = Found.ABSENT;
    private Found prompt = Found.ABSENT;
    private boolean promptTooLong;
    private Found stream = Found.ABSENT;
    private Found seconds = Found.ABSENT;
    private Found size = Found.ABSENT;
    private Optional<NumberAt> secondsNumber = Optional.empty();

    /// Where a number stands in the bytes.
    record NumberAt(int from, int to) {}

    /// Reads the object that the parser stands on, to its end.
    ///
    /// @throws Problem 400 for a setting that is refused by name
    void read(JsonParser parser) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = parser.currentName();
            refuse(name, "request");
            parser.nextToken();
            switch (name) {
                case "model" -> model(parser);
                case "messages" -> messages(parser);
                case "prompt" -> prompt(parser);
                case "stream" -> stream(parser);
                case "seconds" -> seconds(parser);
                case "size" -> size = matches(parser, SIZE);
                default -> value(parser, Place.REQUEST.of(name), "request." + name);
            }
        }
    }

    private void model(JsonParser parser) {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            model = parser.getString();
            modelFound = model.isEmpty() ? Found.EMPTY : fits(model) ? Found.FINE : Found.WRONG;
        } else {
            modelFound = other(parser);
        }
    }

    private static boolean fits(String model) {
        return model.length() <= LONGEST_MODEL
                && model.codePoints()
                        .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
    }

    private void messages(JsonParser parser) {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            messages = other(parser);
            return;
        }
        messages = Found.EMPTY;
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw Problem.invalid("request.messages[" + i + "]", "invalid_type", "A message must be an object.");
            }
            value(parser, Place.REQUEST.of("messages"), "request.messages[" + i + "]");
            messages = Found.FINE;
        }
    }

    private void prompt(JsonParser parser) {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            var text = parser.getString();
            prompt = text.isBlank() ? Found.EMPTY : Found.FINE;
            promptTooLong = text.length() > LONGEST_PROMPT && text.codePointCount(0, text.length()) > LONGEST_PROMPT;
        } else {
            prompt = other(parser);
        }
    }

    private void stream(JsonParser parser) {
        stream = switch (parser.currentToken()) {
            case VALUE_TRUE -> Found.FINE;
            case VALUE_FALSE -> Found.ABSENT;
            default -> other(parser);
        };
    }

    private void seconds(JsonParser parser) {
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
            int from = (int) parser.currentTokenLocation().getByteOffset();
            var digits = parser.getString();
            seconds = SECONDS.matcher(digits).matches() ? Found.FINE : Found.WRONG;
            secondsNumber = Optional.of(new NumberAt(from, from + digits.length()));
        } else {
            seconds = matches(parser, SECONDS);
        }
    }

    private static Found matches(JsonParser parser, Pattern form) {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            return form.matcher(parser.getString()).matches() ? Found.FINE : Found.WRONG;
        }
        return other(parser);
    }

    /// A value of a type that is not the field's; null is the same as none at all.
    private static Found other(JsonParser parser) {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return Found.ABSENT;
        }
        parser.skipChildren();
        return Found.WRONG;
    }

    /// Looks through a value for settings that are refused.
    private static void value(JsonParser parser, Place place, String path) {
        switch (parser.currentToken()) {
            case START_OBJECT -> {
                if (place instanceof Place.Settings settings) {
                    members(parser, settings, path);
                } else {
                    parser.skipChildren();
                }
            }
            case START_ARRAY -> {
                for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
                    value(parser, place, path);
                }
            }
            default -> {
                // A plain value has no names.
            }
        }
    }

    private static void members(JsonParser parser, Place.Settings place, String path) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = parser.currentName();
            refuse(name, path);
            parser.nextToken();
            var member = place.of(name);
            if (parser.currentToken().isStructStart()) {
                value(parser, member, path + "." + name);
            }
        }
    }

    private static void refuse(String name, String path) {
        if (SettingNames.forbids(name)) {
            throw Problem.invalid(
                    path + "." + name,
                    "parameter_not_allowed",
                    "'" + name + "' can't be set by a request: addresses, keys, headers and routes are configured.");
        }
    }

    /// The model's name, once the body is found to have what its kind needs.
    ///
    /// @throws Problem 400 that names what is missing or wrong
    String judge(JobKind kind) {
        if (stream == Found.FINE) {
            throw Problem.invalid(
                    "request.stream",
                    "unsupported_parameter",
                    "A job can't be streamed: leave out 'stream', and wait for the job or take its webhook.");
        }
        require(stream != Found.WRONG, "request.stream", "must be true or false");
        var name = model;
        if (name == null || modelFound != Found.FINE) {
            throw modelFound == Found.WRONG
                    ? Problem.invalid("request.model", "invalid_value", "'request.model' must be the name of a model.")
                    : missing("request.model");
        }
        switch (kind) {
            case CHAT -> judgeChat();
            case VIDEO -> judgeVideo();
        }
        return name;
    }

    private void judgeChat() {
        if (messages == Found.ABSENT) {
            throw missing("request.messages");
        }
        require(messages == Found.FINE, "request.messages", "must be an array of at least one message");
    }

    private void judgeVideo() {
        if (prompt == Found.ABSENT) {
            throw missing("request.prompt");
        }
        require(prompt == Found.FINE, "request.prompt", "must be a text that is not empty");
        require(!promptTooLong, "request.prompt", "must not be longer than " + LONGEST_PROMPT + " characters");
        require(seconds != Found.WRONG, "request.seconds", "must be a number of seconds, such as \"8\"");
        require(size != Found.WRONG, "request.size", "must be a size such as \"1280x720\"");
    }

    private static void require(boolean holds, String param, String rule) {
        if (!holds) {
            throw Problem.invalid(param, "invalid_value", "'" + param + "' " + rule + ".");
        }
    }

    private static Problem missing(String param) {
        return Problem.invalid(param, "missing_required_parameter", "'" + param + "' is missing.");
    }

    /// Where the seconds of a video stand as a number, which the wire format has as a text.
    Optional<NumberAt> secondsNumber() {
        return secondsNumber;
    }
}
