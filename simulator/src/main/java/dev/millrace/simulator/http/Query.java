package dev.millrace.simulator.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The parameters after the question mark; of a repeated name the last value counts.
public record Query(Map<String, String> values) {

    /// Reads parameters, of a URL or of a form.
    public static Query parse(String text) {
        if (text.isEmpty()) {
            return new Query(Map.of());
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (String pair : text.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            values.put(decode(name), equals < 0 ? "" : decode(pair.substring(equals + 1)));
        }
        return new Query(values);
    }

    public @Nullable String get(String name) {
        return values.get(name);
    }

    /// Decodes a part of a URL; text that is not properly encoded stays as it is.
    public static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return text;
        }
    }

    /// Decodes a part of a path, where a plus sign is one.
    public static String decodeSegment(String text) {
        return decode(text.replace("+", "%2B"));
    }
}
