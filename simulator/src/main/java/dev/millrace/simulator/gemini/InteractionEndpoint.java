package dev.millrace.simulator.gemini;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.desk.Answer;
import dev.millrace.simulator.desk.ApiException;
import dev.millrace.simulator.desk.Endpoint;
import dev.millrace.simulator.desk.Incoming;
import dev.millrace.simulator.desk.OwnedRender;
import dev.millrace.simulator.desk.RenderTask;
import dev.millrace.simulator.desk.Task;
import dev.millrace.simulator.ledger.Operation;
import dev.millrace.simulator.render.Renders;
import java.util.List;

/// `GET /v1beta/interactions/{id}` and `POST /v1beta/interactions/{id}/cancel`.
record InteractionEndpoint(Renders renders, String id, boolean cancels) implements Endpoint {

    @Override
    public Operation operation() {
        return cancels ? Operation.VIDEO_CANCEL : Operation.VIDEO_POLL;
    }

    @Override
    public Task read(Incoming incoming) throws ApiException {
        return new RenderTask(OwnedRender.find(renders, id, incoming)) {
            @Override
            public Answer answer(Behaviour behaviour) {
                if (cancels) {
                    render().cancel();
                }
                return new Answer.Whole(
                        200, GeminiFormat.JSON, InteractionJson.of(render(), behaviour, incoming), List.of());
            }
        };
    }
}
