package dev.millrace.provider.openai;

import dev.millrace.http.OutboundCall;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hc.client5.http.entity.mime.MultipartEntityBuilder;
import org.apache.hc.core5.http.ContentType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The create of a video as a form, which is how the official SDKs send it and all that some servers take. What is
/// nested has its path as its name, `input_reference[file_id]`; a picture in the request is a file.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc7578">RFC 7578</a>
final class VideoForm {

    private static final String REFERENCE = "input_reference";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.\\-]{1,100}");
    private static final Pattern DATA_URL = Pattern.compile("data:(image/[a-z0-9.+-]+);base64,(.+)", Pattern.DOTALL);
    private static final ContentType TEXT = ContentType.create("text/plain", StandardCharsets.UTF_8);

    private final MultipartEntityBuilder form = MultipartEntityBuilder.create().setCharset(StandardCharsets.UTF_8);

    private VideoForm() {}

    /// The first name that can't be a field's.
    static Optional<String> misfit(ObjectNode request) {
        return request.propertyNames().stream()
                .filter(name -> !NAME.matcher(name).matches())
                .findFirst();
    }

    static OutboundCall.Body of(ObjectNode request) {
        var form = new VideoForm();
        request.forEachEntry((name, value) -> {
            if (!name.equals(REFERENCE) || !form.file(value)) {
                form.add(name, value);
            }
        });
        return form.body();
    }

    private OutboundCall.Body body() {
        try (var entity = form.build()) {
            var bytes = new ByteArrayOutputStream();
            entity.writeTo(bytes);
            return new OutboundCall.Body(bytes.toByteArray(), entity.getContentType());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /// @return false where the picture is not in the request itself
    private boolean file(JsonNode reference) {
        var url = DATA_URL.matcher(reference.path("image_url").asString(""));
        if (reference.size() != 1 || !url.matches()) {
            return false;
        }
        try {
            var bytes = Base64.getMimeDecoder().decode(url.group(2));
            var name = "reference." + url.group(1).substring("image/".length());
            form.addBinaryBody(REFERENCE, bytes, ContentType.create(url.group(1)), name);
            return true;
        } catch (IllegalArgumentException noBase64) {
            return false;
        }
    }

    private void add(String name, JsonNode value) {
        if (value.isArray()) {
            value.forEach(one -> add(name + "[]", one));
        } else if (value.isObject()) {
            value.forEachEntry((key, one) -> add(name + "[" + plain(key) + "]", one));
        } else if (!value.isNull()) {
            form.addTextBody(name, value.asString(), TEXT);
        }
    }

    /// A name within quotes in a header.
    private static String plain(String key) {
        return key.replaceAll("[\\p{Cntrl}\"\\[\\]\\\\]", "_");
    }
}
