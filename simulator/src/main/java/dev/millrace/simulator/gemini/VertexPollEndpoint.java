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
import dev.millrace.simulator.render.Render;
import dev.millrace.simulator.render.Renders;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// `POST …/models/{model}:fetchPredictOperation`: Vertex is asked about an operation with a body.
record VertexPollEndpoint(Renders renders, ModelCall call) implements Endpoint {

    @Override
    public Operation operation() {
        return Operation.VIDEO_POLL;
    }

    @Override
    public Task read(Incoming incoming) throws ApiException {
        JsonNode body = GoogleJson.object(incoming.body());
        GoogleJson.checkNames(body, Set.of("operationName"), "");
        String name = body.path("operationName").asString("");
        String start = call.resource() + "/operations/";
        if (!name.startsWith(start)) {
            throw GoogleJson.invalid("Invalid operation name '" + name + "'. Expected '" + start + "{operation}'.");
        }
        return new RenderTask(OwnedRender.find(renders, name.substring(start.length()), incoming)) {
            @Override
            public Answer answer(Behaviour behaviour) {
                if (render().status() == Render.Status.COMPLETED) {
                    render().downloaded();
                }
                return new Answer.Whole(
                        200, GeminiFormat.JSON, OperationJson.vertex(name, render(), behaviour), List.of());
            }
        };
    }
}
