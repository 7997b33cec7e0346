package dev.millrace.api.http;

import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Answers in JSON, written once into bytes and sent with their length. No content negotiation: whatever a caller says
/// it accepts, this is what there is.
public final class Answer {

    private static final JsonFactory json = new JsonFactory();

    private Answer() {}

    /// @param body writes one JSON value
    public static void json(HttpServletResponse response, int status, Consumer<JsonGenerator> body) throws IOException {
        bytes(response, status, write(body));
    }

    /// Sends bytes that are JSON already.
    public static void bytes(HttpServletResponse response, int status, byte[] json) throws IOException {
        response.setStatus(status);
        response.setContentType("application/json");
        response.setContentLength(json.length);
        response.getOutputStream().write(json);
    }

    public static byte[] write(Consumer<JsonGenerator> body) {
        var bytes = new ByteArrayOutputStream(512);
        try (var generator = json.createGenerator(ObjectWriteContext.empty(), bytes)) {
            body.accept(generator);
        }
        return bytes.toByteArray();
    }

    /// Writes a text, or null where there is none.
    public static void text(JsonGenerator to, String name, java.util.Optional<String> text) {
        to.writeName(name);
        if (text.isPresent()) {
            to.writeString(text.get());
        } else {
            to.writeNull();
        }
    }

    /// Writes a time in Unix seconds, or null where there is none.
    public static void time(JsonGenerator to, String name, java.util.Optional<java.time.Instant> at) {
        to.writeName(name);
        if (at.isPresent()) {
            to.writeNumber(at.get().getEpochSecond());
        } else {
            to.writeNull();
        }
    }
}
