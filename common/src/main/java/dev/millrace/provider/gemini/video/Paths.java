package dev.millrace.provider.gemini.video;

import dev.millrace.provider.gemini.GeminiModel;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Names as parts of a path. Those of Google's operations are paths themselves, and the provider chose them: each of
/// their parts stays one part.
final class Paths {

    /// Printable, of at most 512 characters, and without a part that would lead elsewhere.
    static final Pattern OPERATION =
            Pattern.compile("(?=.{1,512}$)(?:(?!\\.{1,2}(?:/|$))[\\x20-\\x2e\\x30-\\x7e]+(?:/(?!$)|$)){1,12}");

    private Paths() {}

    static String segment(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /// A model's name, which Google's lists put `models/` before.
    static String model(String name) {
        return segment(GeminiModel.bare(name));
    }

    static String segments(String path) {
        return Arrays.stream(path.split("/", -1)).map(Paths::segment).collect(Collectors.joining("/"));
    }
}
