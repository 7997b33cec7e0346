package dev.millrace.simulator.gemini;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.behaviour.Key;
import dev.millrace.simulator.desk.Answer;
import dev.millrace.simulator.desk.ApiError;
import dev.millrace.simulator.desk.ApiException;
import dev.millrace.simulator.desk.Endpoint;
import dev.millrace.simulator.desk.Incoming;
import dev.millrace.simulator.desk.JsonText;
import dev.millrace.simulator.desk.OwnedRender;
import dev.millrace.simulator.desk.RenderTask;
import dev.millrace.simulator.desk.Task;
import dev.millrace.simulator.ledger.Operation;
import dev.millrace.simulator.media.Media;
import dev.millrace.simulator.render.Render;
import dev.millrace.simulator.render.Renders;
import java.util.List;

/// `GET /v1beta/files/{id}:download?alt=media`, and `GET /v1beta/files/{id}` for what is known of the file.
///
/// @param bytes whether the file itself is wanted
record VeoFileEndpoint(Renders renders, String id, boolean bytes) implements Endpoint {

    private static final ApiError UNREADY = new ApiError(
            400, "FAILED_PRECONDITION", null, null, "The File is not in an ACTIVE state and usage is not allowed.");

    @Override
    public Operation operation() {
        return bytes ? Operation.VIDEO_CONTENT : Operation.VIDEO_FILE;
    }

    @Override
    public Task read(Incoming incoming) throws ApiException {
        String known = renders.find(id).isPresent() ? id : FileUri.INTERACTION + id;
        return new RenderTask(OwnedRender.find(renders, known, incoming)) {
            @Override
            public Answer answer(Behaviour behaviour) throws ApiException {
                if (render().status() != Render.Status.COMPLETED || render().expired()) {
                    throw ApiError.notFound("Requested entity was not found.").toException();
                }
                if (!bytes) {
                    return Answer.json("{\"name\":" + JsonText.quoted("files/" + id)
                            + ",\"mimeType\":\"video/mp4\",\"sizeBytes\":\""
                            + OperationJson.video(behaviour).length()
                            + "\",\"state\":" + JsonText.quoted(state(render(), behaviour))
                            + ",\"source\":\"GENERATED\""
                            + ",\"downloadUri\":" + JsonText.quoted(FileUri.download(incoming, render())) + "}");
                }
                if (!render().processed()) {
                    throw UNREADY.toException();
                }
                render().downloaded();
                return new Answer.Whole(200, Media.VIDEO.contentType(), OperationJson.video(behaviour), List.of());
            }
        };
    }

    private static String state(Render render, Behaviour behaviour) {
        return behaviour.text(Key.STATE).orElse(render.processed() ? "ACTIVE" : "PROCESSING");
    }
}
