package dev.millrace.simulator.openai;

import dev.millrace.simulator.behaviour.Behaviour;
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
import dev.millrace.simulator.render.Renders;

/// `DELETE /v1/videos/{id}`: of finished ones only.
record VideoDeleteEndpoint(Renders renders, String id) implements Endpoint {

    @Override
    public Operation operation() {
        return Operation.VIDEO_DELETE;
    }

    @Override
    public Task read(Incoming incoming) throws ApiException {
        return new RenderTask(OwnedRender.find(renders, id, incoming)) {
            @Override
            public Answer answer(Behaviour behaviour) throws ApiException {
                if (!render().finished()) {
                    throw ApiError.invalid("video_id", "Only completed or failed videos can be deleted.")
                            .toException();
                }
                render().delete();
                return Answer.json("{\"id\":" + JsonText.quoted(render().id())
                        + ",\"object\":\"video.deleted\",\"deleted\":true}");
            }
        };
    }
}
