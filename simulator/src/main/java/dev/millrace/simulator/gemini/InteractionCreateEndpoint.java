package dev.millrace.simulator.gemini;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.desk.Answer;
import dev.millrace.simulator.desk.ApiException;
import dev.millrace.simulator.desk.Endpoint;
import dev.millrace.simulator.desk.Incoming;
import dev.millrace.simulator.desk.Task;
import dev.millrace.simulator.ledger.Operation;
import dev.millrace.simulator.render.Render;
import dev.millrace.simulator.render.RenderOrder;
import dev.millrace.simulator.render.Renders;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// `POST /v1beta/interactions`: in the background, or answered when the video is there.
record InteractionCreateEndpoint(Renders renders) implements Endpoint {

    private static final long LOOK_EVERY = Duration.ofMillis(5).toNanos();

    @Override
    public Operation operation() {
        return Operation.VIDEO_CREATE;
    }

    @Override
    public Task read(Incoming incoming) throws ApiException {
        return new Create(renders, incoming, InteractionRequest.read(incoming.body()));
    }

    private record Create(Renders renders, Incoming incoming, InteractionRequest request) implements Task {

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
            return request.body().hasNonNull(field);
        }

        @Override
        public Answer answer(Behaviour behaviour) {
            RenderOrder order = new RenderOrder(
                    incoming.provider().name(),
                    request.inline() ? InteractionJson.INLINE : InteractionJson.BY_URI,
                    request.model(),
                    request.prompt(),
                    request.size(),
                    request.seconds(),
                    incoming.key(),
                    null,
                    incoming.entry().number());
            Render render = renders.create(FileUri.INTERACTION, order, Filter.plan(behaviour));
            incoming.entry().concerns(render.id());
            if (request.background()) {
                return Answer.json(InteractionJson.begun(render));
            }
            while (!render.finished()) {
                LockSupport.parkNanos(LOOK_EVERY);
            }
            return new Answer.Whole(
                    200, GeminiFormat.JSON, InteractionJson.of(render, Behaviour.NORMAL, incoming), List.of());
        }
    }
}
