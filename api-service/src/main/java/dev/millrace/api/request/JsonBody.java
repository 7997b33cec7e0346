package dev.millrace.api.request;

import dev.millrace.api.http.StrictJson;
import dev.millrace.api.problem.Problem;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamConstraintsException;

/// A body that is one JSON object, read as a stream; whatever is wrong with it becomes a 400 in one place.
public final class JsonBody {

    private JsonBody() {}

    /// @param reader gets the parser on the object's first token and reads to its last
    /// @throws Problem 400 that says where the body is no JSON, or not within the limits
    public static void read(StrictJson json, byte[] body, Consumer<JsonParser> reader) {
        if (!StrictJson.looksLikeUtf8(body)) {
            throw Problem.invalid(null, "invalid_json", "The body must be JSON in UTF-8.");
        }
        try (var parser = json.parser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw Problem.invalid(null, "invalid_json", "The body must be a JSON object.");
            }
            reader.accept(parser);
            if (parser.nextToken() != null) {
                throw Problem.invalid(null, "invalid_json", "Something follows after the JSON object.");
            }
        } catch (StreamConstraintsException limit) {
            throw Problem.invalid(null, "json_too_complex", tooComplex(limit, json.mostDepth()));
        } catch (JacksonException broken) {
            var at = broken.getLocation();
            throw Problem.invalid(
                    null,
                    "invalid_json",
                    "The body is not valid JSON"
                            + (at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")")
                            + ": " + StrictJson.objection(broken));
        }
    }

    private static String tooComplex(StreamConstraintsException limit, int mostDepth) {
        var message = StrictJson.objection(limit);
        return message.contains("depth")
                ? "The JSON is nested deeper than " + mostDepth + " levels."
                : "The JSON is too complex: " + message;
    }
}
