package dev.millrace.provider.gemini;

import dev.millrace.provider.Target;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/// Where a model's methods are.
public final class GeminiModel {

    private static final String VERSION = "v1beta";
    private static final String PREFIX = "models/";
    private static final String TUNED = "tunedModels/";

    private GeminiModel() {}

    /// The name without the `models/` that Google's list puts before it.
    public static String bare(String model) {
        return model.startsWith(PREFIX) ? model.substring(PREFIX.length()) : model;
    }

    /// A name is one segment of the path, whatever it holds: who chooses it does not choose the path.
    static URI method(Target target, String method) {
        var model = target.model();
        var resource = model.startsWith(TUNED)
                ? TUNED + segment(model.substring(TUNED.length()))
                : PREFIX + segment(bare(model));
        return target.at("/" + version(target) + "/" + resource + ":" + method);
    }

    static String version(Target target) {
        return target.traits().version().orElse(VERSION);
    }

    static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
