package dev.millrace.api.accept;

import dev.millrace.api.http.StrictJson;
import dev.millrace.api.problem.Problem;
import dev.millrace.api.request.JsonBody;
import dev.millrace.api.request.RequestScan;
import dev.millrace.http.UserUrl;
import dev.millrace.job.JobKind;
import dev.millrace.routing.Routes;
import dev.millrace.settings.MillraceSettings;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads the envelope `{"kind", "request", "webhook_url", "metadata", "priority"}` in one pass over its bytes. The body
/// inside is cut out as it came, not written anew.
@Component
class SubmissionReader {

    private static final int MOST_PAIRS = 16;
    private static final int LONGEST_KEY = 64;
    private static final int LONGEST_VALUE = 512;
    private static final int HIGHEST_PRIORITY = 3;

    private final StrictJson json;
    private final Routes routes;
    private final UserUrl urls;

    SubmissionReader(StrictJson json, Routes routes, MillraceSettings settings) {
        this.json = json;
        this.routes = routes;
        this.urls = settings.webhook().urls();
    }

    /// @throws Problem 400 or 404 that names what is wrong
    Submission read(byte[] body) {
        var envelope = new Envelope(body);
        JsonBody.read(json, body, envelope::read);
        return envelope.judge();
    }

    /// What has been read of one envelope.
    private final class Envelope {
        private final byte[] body;
        private final RequestScan scan = new RequestScan("request.");
        private final Map<String, String> metadata = new LinkedHashMap<>();
        private @Nullable JobKind kind;
        private int requestFrom = -1;
        private int requestTo;
        private @Nullable String webhookUrl;
        private int priority;

        Envelope(byte[] body) {
            this.body = body;
        }

        void read(JsonParser parser) {
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                var name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "kind" -> kind(parser);
                    case "request" -> request(parser);
                    case "webhook_url" -> webhookUrl(parser);
                    case "metadata" -> metadata(parser);
                    case "priority" -> priority(parser);
                    default -> throw Problem.invalid(name, "unknown_parameter", "Unknown parameter: '" + name + "'.");
                }
            }
        }

        private void kind(JsonParser parser) {
            if (parser.currentToken() == JsonToken.VALUE_STRING) {
                var word = parser.getString();
                for (var known : JobKind.values()) {
                    if (known.word().equals(word)) {
                        kind = known;
                        return;
                    }
                }
            }
            throw Problem.invalid("kind", "invalid_value", "'kind' must be \"chat\" or \"video\".");
        }

        private void request(JsonParser parser) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw Problem.invalid("request", "invalid_type", "'request' must be an object.");
            }
            requestFrom = (int) parser.currentTokenLocation().getByteOffset();
            scan.read(parser);
            requestTo = (int) parser.currentLocation().getByteOffset();
        }

        private void webhookUrl(JsonParser parser) {
            if (parser.currentToken() == JsonToken.VALUE_NULL) {
                return;
            }
            if (parser.currentToken() != JsonToken.VALUE_STRING) {
                throw Problem.invalid("webhook_url", "invalid_type", "'webhook_url' must be a text.");
            }
            var url = parser.getString();
            urls.objection(url).ifPresent(objection -> {
                throw Problem.invalid("webhook_url", "invalid_value", "'webhook_url' " + objection + ".");
            });
            webhookUrl = url;
        }

        private void metadata(JsonParser parser) {
            if (parser.currentToken() == JsonToken.VALUE_NULL) {
                return;
            }
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw Problem.invalid("metadata", "invalid_type", "'metadata' must be an object.");
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                var key = parser.currentName();
                if (key.isEmpty() || key.codePointCount(0, key.length()) > LONGEST_KEY || !storable(key)) {
                    throw Problem.invalid(
                            "metadata",
                            "invalid_value",
                            "A key of 'metadata' must have 1 to " + LONGEST_KEY + " characters, none of them NUL.");
                }
                metadata.put(key, metadataValue(parser, key));
                if (metadata.size() > MOST_PAIRS) {
                    throw Problem.invalid(
                            "metadata",
                            "too_many_pairs",
                            "'metadata' must not have more than " + MOST_PAIRS + " pairs.");
                }
            }
        }

        private String metadataValue(JsonParser parser, String key) {
            var param = "metadata." + key;
            if (parser.nextToken() != JsonToken.VALUE_STRING) {
                throw Problem.invalid(param, "invalid_type", "The values of 'metadata' must be texts.");
            }
            var value = parser.getString();
            if (value.codePointCount(0, value.length()) > LONGEST_VALUE || !storable(value)) {
                throw Problem.invalid(
                        param,
                        "invalid_value",
                        "A value of 'metadata' must not have more than " + LONGEST_VALUE
                                + " characters, none of them NUL.");
            }
            return value;
        }

        /// The database takes no NUL, and half a surrogate pair is no character.
        private static boolean storable(String text) {
            return text.codePoints().noneMatch(c -> c == 0 || Character.getType(c) == Character.SURROGATE);
        }

        private void priority(JsonParser parser) {
            if (parser.currentToken() == JsonToken.VALUE_NULL) {
                return;
            }
            if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
                long number = parser.getString().length() <= 9 ? parser.getLongValue() : -1;
                if (number >= 0 && number <= HIGHEST_PRIORITY) {
                    priority = (int) number;
                    return;
                }
            }
            throw Problem.invalid(
                    "priority", "invalid_value", "'priority' must be a number from 0 to " + HIGHEST_PRIORITY + ".");
        }

        Submission judge() {
            if (kind == null) {
                throw Problem.invalid("kind", "missing_required_parameter", "'kind' is missing.");
            }
            if (requestFrom < 0) {
                throw Problem.invalid("request", "missing_required_parameter", "'request' is missing.");
            }
            var model = scan.judge(kind);
            if (routes.find(model, kind).isEmpty()) {
                throw Problem.noSuchModel("request.model", model, kind.word());
            }
            return new Submission(kind, model, request(kind), metadata, Optional.ofNullable(webhookUrl), priority);
        }

        private byte[] request(JobKind kind) {
            var seconds = scan.secondsNumber();
            if (kind != JobKind.VIDEO || seconds.isEmpty()) {
                return Arrays.copyOfRange(body, requestFrom, requestTo);
            }
            // The wire format has the seconds as a text; a number is taken leniently, and put right here.
            int from = seconds.get().from();
            int to = seconds.get().to();
            return ByteBuffer.allocate(requestTo - requestFrom + 2)
                    .put(body, requestFrom, from - requestFrom)
                    .put((byte) '"')
                    .put(body, from, to - from)
                    .put((byte) '"')
                    .put(body, to, requestTo - to)
                    .array();
        }
    }
}
