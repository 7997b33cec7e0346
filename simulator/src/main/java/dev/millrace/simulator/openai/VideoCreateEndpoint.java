package dev.millrace.simulator.openai;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.desk.Answer;
import dev.millrace.simulator.desk.ApiException;
import dev.millrace.simulator.desk.Endpoint;
import dev.millrace.simulator.desk.Incoming;
import dev.millrace.simulator.desk.RenderPlans;
import dev.millrace.simulator.desk.Task;
import dev.millrace.simulator.ledger.Operation;
import dev.millrace.simulator.render.Render;
import dev.millrace.simulator.render.RenderOrder;
import dev.millrace.simulator.render.Renders;

/// `POST /v1/videos`, from JSON and from a form.
record VideoCreateEndpoint(Renders renders) implements Endpoint {

    private static final String ID_PREFIX = "video_";

    @Override
    public Operation operation() {
        return Operation.VIDEO_CREATE;
    }

    @Override
    public Task read(Incoming incoming) throws ApiException {
        return new Create(renders, incoming, VideoRequest.read(incoming));
    }

    private record Create(Renders renders, Incoming incoming, VideoRequest request) implements Task {

        @Override
        public String model() {
            return request.model();
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
            String idempotencyKey = incoming.head().header("Idempotency-Key");
            RenderOrder order = new RenderOrder(
                    incoming.provider().name(),
                    "openai",
                    request.model(),
                    request.prompt(),
                    request.size(),
                    request.seconds(),
                    incoming.key(),
                    idempotencyKey,
                    incoming.entry().number());
            Render render =
                    idempotencyKey != null && incoming.provider().settings().idempotency()
                            ? renders.createOnce(idempotencyKey, ID_PREFIX, order, RenderPlans.of(behaviour))
                            : renders.create(ID_PREFIX, order, RenderPlans.of(behaviour));
            incoming.entry().concerns(render.id());
            boolean replayed = !render.order().equals(order);
            return Answer.json(
                    (replayed ? VideoJson.of(render, Behaviour.NORMAL) : VideoJson.created(render)).toString());
        }
    }
}
