package dev.millrace.simulator.openai;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.behaviour.Key;
import dev.millrace.simulator.render.Render;
import dev.millrace.simulator.render.RenderPlan;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The video object with all its thirteen keys.
final class VideoJson {

    private VideoJson() {}

    /// As it is at this moment.
    static ObjectNode of(Render render, Behaviour behaviour) {
        return of(render, render.status(), render.progress(), behaviour);
    }

    /// As it is when it has just been created, however short its time is.
    static ObjectNode created(Render render) {
        return of(render, Render.Status.QUEUED, 0, Behaviour.NORMAL);
    }

    private static ObjectNode of(Render render, Render.Status status, int progress, Behaviour behaviour) {
        boolean completed = status == Render.Status.COMPLETED;
        ObjectNode video = Json.MAPPER.createObjectNode();
        video.put("id", render.id())
                .put("object", "video")
                .put("model", render.order().model());
        // An answer that nobody can make sense of: another word, or no word at all.
        Optional<String> state = behaviour.text(Key.STATE);
        String word = state.orElse(status.name().toLowerCase(Locale.ROOT));
        if (!word.equals("none")) {
            video.put("status", word);
        }
        video.put("progress", progress);
        video.put("created_at", render.createdMillis() / 1000);
        video.set("completed_at", completed ? seconds(render.endsMillis()) : Json.MAPPER.nullNode());
        video.set("expires_at", completed ? seconds(render.expiresMillis()) : Json.MAPPER.nullNode());
        video.put("prompt", render.order().prompt());
        video.put("size", render.order().size()).put("seconds", render.order().seconds());
        video.putNull("remixed_from_video_id");
        Optional<RenderPlan.Failure> failure = render.plan().failure();
        if (status == Render.Status.FAILED && failure.isPresent()) {
            video.putObject("error")
                    .put("code", failure.get().code())
                    .put("message", failure.get().message());
        } else {
            video.putNull("error");
        }
        return video;
    }

    private static JsonNode seconds(long millis) {
        return Json.MAPPER.getNodeFactory().numberNode(millis / 1000);
    }
}
