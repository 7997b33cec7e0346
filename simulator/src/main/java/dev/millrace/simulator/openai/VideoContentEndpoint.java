package dev.millrace.simulator.openai;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.behaviour.Key;
import dev.millrace.simulator.desk.Answer;
import dev.millrace.simulator.desk.ApiError;
import dev.millrace.simulator.desk.ApiException;
import dev.millrace.simulator.desk.Body;
import dev.millrace.simulator.desk.Endpoint;
import dev.millrace.simulator.desk.Incoming;
import dev.millrace.simulator.desk.OwnedRender;
import dev.millrace.simulator.desk.PaddedVideo;
import dev.millrace.simulator.desk.RenderTask;
import dev.millrace.simulator.desk.Task;
import dev.millrace.simulator.ledger.Operation;
import dev.millrace.simulator.media.Media;
import dev.millrace.simulator.render.Render;
import dev.millrace.simulator.render.Renders;
import java.util.List;
import java.util.Optional;

/// `GET /v1/videos/{id}/content`.
record VideoContentEndpoint(Renders renders, String id) implements Endpoint {

    @Override
    public Operation operation() {
        return Operation.VIDEO_CONTENT;
    }

    @Override
    public Task read(Incoming incoming) throws ApiException {
        Media media = switch (Optional.ofNullable(incoming.head().query().get("variant"))
                .orElse("video")) {
            case "video" -> Media.VIDEO;
            case "thumbnail" -> Media.THUMBNAIL;
            case "spritesheet" -> Media.SPRITESHEET;
            default -> throw Json.wrongValue("variant", "'video', 'thumbnail' or 'spritesheet'");
        };
        return new RenderTask(OwnedRender.find(renders, id, incoming)) {
            @Override
            public Answer answer(Behaviour behaviour) throws ApiException {
                if (render().status() != Render.Status.COMPLETED || render().expired()) {
                    String reason = render().expired() ? "has expired" : "is not ready yet";
                    throw ApiError.notFound("The content of video '" + id + "' " + reason + ".")
                            .toException();
                }
                render().downloaded();
                Body file = media == Media.VIDEO && behaviour.has(Key.SIZE)
                        ? new PaddedVideo(behaviour.number(Key.SIZE).orElseThrow())
                        : Body.of(media.bytes());
                return new Answer.Whole(200, media.contentType(), file, List.of());
            }
        };
    }
}
