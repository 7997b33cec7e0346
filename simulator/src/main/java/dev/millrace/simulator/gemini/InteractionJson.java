package dev.millrace.simulator.gemini;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.behaviour.Key;
import dev.millrace.simulator.desk.Body;
import dev.millrace.simulator.desk.Incoming;
import dev.millrace.simulator.desk.JsonText;
import dev.millrace.simulator.render.Render;
import dev.millrace.simulator.render.RenderPlan;
import java.time.Instant;
import java.util.Locale;

/// Writes interactions that make a video.
final class InteractionJson {

    /// The formats that renders are entered under; they tell where the video is wanted.
    static final String INLINE = "gemini-interactions";

    static final String BY_URI = "gemini-interactions-uri";

    private static final int TOKENS_OF_A_VIDEO = 5_792;

    private InteractionJson() {}

    /// As it is when it has just been created, however short its time is.
    static String begun(Render render) {
        return opening(render, "in_progress") + "}";
    }

    static Body of(Render render, Behaviour behaviour, Incoming incoming) {
        String status = behaviour.text(Key.STATE).orElseGet(() -> word(render.status()));
        String start = opening(render, status);
        if (render.status() == Render.Status.FAILED) {
            RenderPlan.Failure failure = render.plan().failure().orElseThrow();
            return Body.of(start + ",\"error\":{\"code\":" + JsonText.quoted(failure.code()) + ",\"message\":"
                    + JsonText.quoted(failure.message()) + "}}");
        }
        if (render.status() != Render.Status.COMPLETED) {
            return Body.of(start + "}");
        }
        String usage = behaviour.is(Key.USAGE, "none")
                ? ""
                : ",\"usage\":{\"total_output_tokens\":" + TOKENS_OF_A_VIDEO
                        + ",\"output_tokens_by_modality\":[{\"modality\":\"video\",\"tokens\":" + TOKENS_OF_A_VIDEO
                        + "}]}";
        if (behaviour.is(Key.EMPTY)) {
            return Body.of(start + ",\"steps\":[]" + usage + "}");
        }
        start += ",\"steps\":[{\"type\":\"model_output\",\"content\":[{\"type\":\"video\",\"mime_type\":\"video/mp4\",";
        // Once the file has been fetched, the video comes inline all the same.
        if (render.order().format().equals(BY_URI) && render.downloads() == 0) {
            return Body.of(start + "\"uri\":" + JsonText.quoted(FileUri.of(incoming, render)) + "}]}]" + usage + "}");
        }
        return new Base64Body(start + "\"data\":\"", OperationJson.video(behaviour), "\"}]}]" + usage + "}");
    }

    /// A create has said `in_progress`, and no interaction goes back from there: none is `queued` afterwards.
    private static String word(Render.Status status) {
        return status == Render.Status.QUEUED ? "in_progress" : status.name().toLowerCase(Locale.ROOT);
    }

    private static String opening(Render render, String status) {
        return "{\"id\":" + JsonText.quoted(render.id()) + ",\"object\":\"interaction\",\"model\":"
                + JsonText.quoted(render.order().model())
                + (status.equals("none") ? "" : ",\"status\":" + JsonText.quoted(status))
                + ",\"created\":\"" + Instant.ofEpochMilli(render.createdMillis()) + "\",\"updated\":\""
                + Instant.ofEpochMilli(System.currentTimeMillis()) + "\",\"role\":\"model\"";
    }
}
