package dev.millrace.simulator.openai;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.desk.Answer;
import dev.millrace.simulator.desk.ApiException;
import dev.millrace.simulator.desk.Body;
import dev.millrace.simulator.desk.Endpoint;
import dev.millrace.simulator.desk.Header;
import dev.millrace.simulator.desk.Incoming;
import dev.millrace.simulator.desk.OwnedRender;
import dev.millrace.simulator.desk.RenderTask;
import dev.millrace.simulator.desk.Task;
import dev.millrace.simulator.ledger.Operation;
import dev.millrace.simulator.render.Renders;
import java.util.List;

/// `GET /v1/videos/{id}`.
record VideoPollEndpoint(Renders renders, String id) implements Endpoint {

    @Override
    public Operation operation() {
        return Operation.VIDEO_POLL;
    }

    @Override
    public Task read(Incoming incoming) throws ApiException {
        return new RenderTask(OwnedRender.find(renders, id, incoming)) {
            @Override
            public Answer answer(Behaviour behaviour) {
                List<Header> headers = render().finished()
                        ? List.of()
                        : render().plan().pollAfter().stream()
                                .map(wait -> new Header("openai-poll-after-ms", Long.toString(wait.toMillis())))
                                .toList();
                String video = VideoJson.of(render(), behaviour).toString();
                return new Answer.Whole(200, "application/json", Body.of(video), headers);
            }
        };
    }
}
