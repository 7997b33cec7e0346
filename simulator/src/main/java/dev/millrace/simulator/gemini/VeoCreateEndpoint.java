package dev.millrace.simulator.gemini;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.desk.Answer;
import dev.millrace.simulator.desk.ApiException;
import dev.millrace.simulator.desk.Endpoint;
import dev.millrace.simulator.desk.Incoming;
import dev.millrace.simulator.desk.JsonText;
import dev.millrace.simulator.desk.Task;
import dev.millrace.simulator.ledger.Operation;
import dev.millrace.simulator.render.Render;
import dev.millrace.simulator.render.RenderOrder;
import dev.millrace.simulator.render.Renders;

/// `POST …/models/{model}:predictLongRunning`, of the Gemini API and of Vertex.
record VeoCreateEndpoint(Renders renders, ModelCall call) implements Endpoint {

    @Override
    public Operation operation() {
        return Operation.VIDEO_CREATE;
    }

    @Override
    public Task read(Incoming incoming) throws ApiException {
        if (call.model().startsWith("gemini-omni")) {
            throw GoogleJson.invalid("This model only supports Interactions API.");
        }
        return new Create(renders, call, incoming, VeoRequest.read(call, incoming));
    }

    private record Create(Renders renders, ModelCall call, Incoming incoming, VeoRequest request) implements Task {

        @Override
        public String model() {
            return call.model();
        }

        @Override
        public String prompt() {
            return request.prompt();
        }

        @Override
        public boolean has(String field) {
            return request.fields().contains(field);
        }

        @Override
        public Answer answer(Behaviour behaviour) {
            RenderOrder order = new RenderOrder(
                    incoming.provider().name(),
                    GeminiFormat.NAME,
                    call.model(),
                    request.prompt(),
                    request.size(),
                    request.seconds(),
                    incoming.key(),
                    null,
                    incoming.entry().number());
            Render render = renders.create("", order, Filter.plan(behaviour));
            incoming.entry().concerns(render.id());
            return Answer.json("{\"name\":" + JsonText.quoted(OperationJson.name(call, render)) + "}");
        }
    }
}
