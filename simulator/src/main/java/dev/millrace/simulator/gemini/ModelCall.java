package dev.millrace.simulator.gemini;

import dev.millrace.simulator.http.Query;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A path that calls a method of a model: `/v1beta/models/{model}:{method}`, on Vertex with a project in front.
///
/// @param parent of Vertex `projects/{project}/locations/{location}/publishers/google/`; else empty
record ModelCall(String parent, String model, String method) {

    private static final Pattern PATH = Pattern.compile(
            "/v1(?:beta1?)?/(projects/[^/]+/locations/[^/]+/publishers/google/)?models/(.+):([a-zA-Z]+)");

    static @Nullable ModelCall of(String path) {
        Matcher matcher = PATH.matcher(path);
        if (!matcher.matches()) {
            return null;
        }
        String parent = matcher.group(1) == null ? "" : matcher.group(1);
        return new ModelCall(parent, Query.decodeSegment(matcher.group(2)), matcher.group(3));
    }

    boolean vertex() {
        return !parent.isEmpty();
    }

    /// The model's name as it stands in the names of its operations.
    String resource() {
        return parent + "models/" + model;
    }
}
