package dev.millrace.simulator.gemini;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.behaviour.Key;
import dev.millrace.simulator.desk.Body;
import dev.millrace.simulator.desk.JsonText;
import dev.millrace.simulator.desk.PaddedVideo;
import dev.millrace.simulator.media.Media;
import dev.millrace.simulator.render.Render;
import dev.millrace.simulator.render.RenderPlan;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Writes long-running operations. They tell nothing of their progress, and `done` is left out until it is true.
final class OperationJson {

    private static final String GEMINI_TYPE =
            "type.googleapis.com/google.ai.generativelanguage.v1beta.PredictLongRunningResponse";
    private static final String VERTEX_TYPE = "type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse";
    /// gRPC's numbers, which start at 0.
    private static final List<String> CODES = List.of(
            "OK",
            "CANCELLED",
            "UNKNOWN",
            "INVALID_ARGUMENT",
            "DEADLINE_EXCEEDED",
            "NOT_FOUND",
            "ALREADY_EXISTS",
            "PERMISSION_DENIED",
            "RESOURCE_EXHAUSTED",
            "FAILED_PRECONDITION",
            "ABORTED",
            "OUT_OF_RANGE",
            "UNIMPLEMENTED",
            "INTERNAL",
            "UNAVAILABLE",
            "DATA_LOSS",
            "UNAUTHENTICATED");

    private OperationJson() {}

    static String name(ModelCall call, Render render) {
        return name(call.resource(), render);
    }

    static String name(String resource, Render render) {
        return resource + "/operations/" + render.id();
    }

    /// As the Gemini API has it.
    ///
    /// @param uri where the video is
    static Body gemini(String name, Render render, Behaviour behaviour, String uri) {
        if (!render.finished()) {
            return Body.of(opening(name) + "}");
        }
        Optional<RenderPlan.Failure> failure = render.plan().failure();
        if (failure.isPresent() && !Filter.holdsBack(failure.get())) {
            return Body.of(opening(name) + ",\"done\":true," + error(failure.get()) + "}");
        }
        String inner;
        if (failure.isPresent()) {
            inner = filtered(failure.get());
        } else if (behaviour.is(Key.EMPTY)) {
            inner = "";
        } else {
            inner = "\"generatedSamples\":[{\"video\":{\"uri\":" + JsonText.quoted(uri) + "}}]";
        }
        return Body.of(opening(name) + ",\"done\":true,\"response\":{\"@type\":\"" + GEMINI_TYPE
                + "\",\"generateVideoResponse\":{" + inner + "}}}");
    }

    /// As Vertex has it: the video itself stands in the answer.
    static Body vertex(String name, Render render, Behaviour behaviour) {
        if (!render.finished()) {
            return Body.of(opening(name) + "}");
        }
        Optional<RenderPlan.Failure> failure = render.plan().failure();
        if (failure.isPresent() && !Filter.holdsBack(failure.get())) {
            return Body.of(opening(name) + ",\"done\":true," + error(failure.get()) + "}");
        }
        String start = opening(name) + ",\"done\":true,\"response\":{\"@type\":\"" + VERTEX_TYPE + "\",";
        if (failure.isPresent()) {
            return Body.of(start + filtered(failure.get()) + "}}");
        }
        if (behaviour.is(Key.EMPTY)) {
            return Body.of(start + "\"raiMediaFilteredCount\":0}}");
        }
        start += "\"raiMediaFilteredCount\":0,\"videos\":[{\"mimeType\":\"video/mp4\",";
        return new Base64Body(start + "\"bytesBase64Encoded\":\"", video(behaviour), "\"}]}}");
    }

    static Body video(Behaviour behaviour) {
        return behaviour.has(Key.SIZE)
                ? new PaddedVideo(behaviour.number(Key.SIZE).orElseThrow())
                : Body.of(Media.VIDEO.bytes());
    }

    private static String opening(String name) {
        return "{\"name\":" + JsonText.quoted(name);
    }

    private static String filtered(RenderPlan.Failure failure) {
        return "\"raiMediaFilteredCount\":1,\"raiMediaFilteredReasons\":[" + JsonText.quoted(failure.message()) + "]";
    }

    private static String error(RenderPlan.Failure failure) {
        return "\"error\":{\"code\":" + code(failure.code()) + ",\"message\":" + JsonText.quoted(failure.message())
                + "}";
    }

    /// The number of a code that is written as a number or as gRPC's word; of any other, that of `INTERNAL`.
    static int code(String word) {
        if (word.matches("[0-9]{1,2}")) {
            return Integer.parseInt(word);
        }
        int known = CODES.indexOf(word.toUpperCase(Locale.ROOT));
        return known < 0 ? CODES.indexOf("INTERNAL") : known;
    }
}
