package dev.millrace.simulator.gemini;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.desk.Answer;
import dev.millrace.simulator.desk.ApiException;
import dev.millrace.simulator.desk.Body;
import dev.millrace.simulator.desk.Endpoint;
import dev.millrace.simulator.desk.Incoming;
import dev.millrace.simulator.desk.StreamEvent;
import dev.millrace.simulator.desk.Task;
import dev.millrace.simulator.ledger.Operation;
import java.util.List;
import java.util.stream.Collectors;

/// `POST …/models/{model}:generateContent`, `:streamGenerateContent` and `:countTokens`.
record GenerateEndpoint(ModelCall call, Way way) implements Endpoint {

    /// How the answer is wanted.
    enum Way {
        WHOLE,
        STREAMED,
        COUNTED
    }

    @Override
    public Operation operation() {
        return way == Way.COUNTED ? Operation.TOKENS : Operation.CHAT;
    }

    @Override
    public Task read(Incoming incoming) throws ApiException {
        return new Generate(
                GenerateRequest.read(call.model(), incoming.body(), way == Way.COUNTED),
                way,
                "sse".equals(incoming.head().query().get("alt")),
                incoming.entry().number());
    }

    private record Generate(GenerateRequest request, Way way, boolean sse, long number) implements Task {

        @Override
        public String model() {
            return request.model();
        }

        @Override
        public String prompt() {
            return request.contents().prompt();
        }

        @Override
        public boolean has(String field) {
            return request.body().hasNonNull(field) || request.config().hasNonNull(field);
        }

        @Override
        public Answer answer(Behaviour behaviour) {
            if (way == Way.COUNTED) {
                return json("{\"totalTokens\":" + request.promptTokens() + "}");
            }
            GenerateJson json = new GenerateJson(
                    "resp" + Long.toString(System.currentTimeMillis(), 36) + Long.toString(number, 36),
                    request,
                    GenerateReply.to(request, number, behaviour),
                    behaviour);
            if (way == Way.WHOLE) {
                return json(json.whole());
            }
            List<StreamEvent> events = json.events();
            if (sse) {
                int tokens = (int) events.stream()
                        .filter(event -> event.part() == StreamEvent.Part.TOKEN)
                        .count();
                return new Answer.Streamed(events.iterator(), tokens, List.of());
            }
            // Without alt=sse the chunks are the elements of one array.
            return json(events.stream()
                    .map(event -> event.text().substring("data: ".length()).strip())
                    .collect(Collectors.joining(",\r\n", "[", "]")));
        }

        private static Answer json(String body) {
            return new Answer.Whole(200, "application/json; charset=UTF-8", Body.of(body), List.of());
        }
    }
}
