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

/// `GET /v1beta/models/{model}/operations/{id}`.
record VeoPollEndpoint(Renders renders, String id) implements Endpoint {

    @Override
    public Operation operation() {
        return Operation.VIDEO_POLL;
    }

    @Override
    public Task read(Incoming incoming) throws ApiException {
        return new RenderTask(OwnedRender.find(renders, id, incoming)) {
            @Override
            public Answer answer(Behaviour behaviour) {
                String name = OperationJson.name("models/" + render().order().model(), render());
                return new Answer.Whole(
                        200,
                        GeminiFormat.JSON,
                        OperationJson.gemini(name, render(), behaviour, FileUri.download(incoming, render())),
                        List.of());
            }
        };
    }
}
