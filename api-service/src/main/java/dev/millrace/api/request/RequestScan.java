package dev.millrace.api.request;

import dev.millrace.api.problem.Problem;
import dev.millrace.extent.AnswerLimits;
import dev.millrace.extent.Extent;
import dev.millrace.job.JobKind;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads the OpenAI body of a chat or a video as a stream, without building it up: notes what a request of its kind
/// needs to have, and refuses settings that nobody may send. The kind may be told only after the body, so judging comes
/// last.
public final class RequestScan {

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

    private final String at;
    private @Nullable String model;
    private Found modelFound = Found.ABSENT;
    private Found messages = Found.ABSENT;
    private Found prompt = Found.ABSENT;
    private boolean promptTooLong;
    private Found stream = Found.ABSENT;
    private Found options = Found.ABSENT;
    private boolean includeUsage;
    private Found seconds = Found.ABSENT;
    private Found size = Found.ABSENT;
    private Optional<NumberAt> secondsNumber = Optional.empty();
    private final AnswerLimits limits = new AnswerLimits();

    /// Where a number stands in the bytes.
    public record NumberAt(int from, int to) {}

    /// @param at what the path of a parameter begins with: empty, or `request.` inside an envelope
    public RequestScan(String at) {
        this.at = at;
    }

    /// Reads the object that the parser stands on, to its end.
    ///
    /// @throws Problem 400 for a setting that is refused by name
    public void read(JsonParser parser) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = parser.currentName();
            SettingScan.refuse(name, at);
            parser.nextToken();
            switch (name) {
                case "model" -> model(parser);
                case "messages" -> messages(parser);
                case "prompt" -> prompt(parser);
                case "stream" -> stream(parser);
                case "stream_options" -> streamOptions(parser);
                case "seconds" -> seconds(parser);
                case "size" -> size = matches(parser, SIZE);
                default -> {
                    limits.note(name, parser);
                    SettingScan.member(parser, name, at + name);
                }
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
                throw Problem.invalid(at + "messages[" + i + "]", "invalid_type", "A message must be an object.");
            }
            SettingScan.member(parser, "messages", at + "messages[" + i + "]");
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

    private void streamOptions(JsonParser parser) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            options = other(parser);
            return;
        }
        options = Found.FINE;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = parser.currentName();
            SettingScan.refuse(name, at + "stream_options.");
            var value = parser.nextToken();
            if (name.equals("include_usage")) {
                includeUsage = value == JsonToken.VALUE_TRUE;
                if (value != JsonToken.VALUE_TRUE && value != JsonToken.VALUE_FALSE && value != JsonToken.VALUE_NULL) {
                    options = Found.WRONG;
                }
            }
            parser.skipChildren();
        }
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

    /// The model's name, once the body is found to have what a job of its kind needs.
    ///
    /// @throws Problem 400 that names what is missing or wrong
    public String judge(JobKind kind) {
        if (stream == Found.FINE) {
            throw Problem.invalid(
                    at + "stream",
                    "unsupported_parameter",
                    "A job can't be streamed: leave out 'stream', and wait for the job or take its webhook.");
        }
        require(stream != Found.WRONG, "stream", "must be true or false");
        var name = judgeModel();
        switch (kind) {
            case CHAT -> judgeMessages();
            case VIDEO -> judgeVideo();
        }
        return name;
    }

    /// The model's name, once the body is found to be a chat that can be answered at once, streamed or not.
    ///
    /// @throws Problem 400 that names what is missing or wrong
    public String judgeChat() {
        require(stream != Found.WRONG, "stream", "must be true or false");
        require(options != Found.WRONG, "stream_options", "must be an object such as {\"include_usage\": true}");
        require(
                options != Found.FINE || stream == Found.FINE,
                "stream_options",
                "is for streams: set 'stream' to true");
        var name = judgeModel();
        judgeMessages();
        return name;
    }

    private String judgeModel() {
        var name = model;
        if (name == null || modelFound != Found.FINE) {
            throw modelFound == Found.WRONG
                    ? Problem.invalid(at + "model", "invalid_value", "'" + at + "model' must be the name of a model.")
                    : missing("model");
        }
        return name;
    }

    private void judgeMessages() {
        if (messages == Found.ABSENT) {
            throw missing("messages");
        }
        require(messages == Found.FINE, "messages", "must be an array of at least one message");
    }

    private void judgeVideo() {
        if (prompt == Found.ABSENT) {
            throw missing("prompt");
        }
        require(prompt == Found.FINE, "prompt", "must be a text that is not empty");
        require(!promptTooLong, "prompt", "must not be longer than " + LONGEST_PROMPT + " characters");
        require(seconds != Found.WRONG, "seconds", "must be a number of seconds, such as \"8\"");
        require(size != Found.WRONG, "size", "must be a size such as \"1280x720\"");
    }

    private void require(boolean holds, String name, String rule) {
        if (!holds) {
            throw Problem.invalid(at + name, "invalid_value", "'" + at + name + "' " + rule + ".");
        }
    }

    private Problem missing(String name) {
        return Problem.invalid(at + name, "missing_required_parameter", "'" + at + name + "' is missing.");
    }

    /// Where the seconds of a video stand as a number, which the wire format has as a text.
    public Optional<NumberAt> secondsNumber() {
        return secondsNumber;
    }

    /// How much a chat may come to.
    ///
    /// @param body the request that was read
    public Extent extent(byte[] body) {
        return limits.extent(body);
    }

    /// Whether the answer is wanted as a stream.
    public boolean streamed() {
        return stream == Found.FINE;
    }

    /// Whether a stream's caller asked for its usage.
    public boolean includeUsage() {
        return includeUsage;
    }
}
