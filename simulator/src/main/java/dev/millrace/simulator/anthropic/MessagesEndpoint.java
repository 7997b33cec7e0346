package dev.millrace.simulator.anthropic;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.desk.Answer;
import dev.millrace.simulator.desk.ApiException;
import dev.millrace.simulator.desk.Body;
import dev.millrace.simulator.desk.Endpoint;
import dev.millrace.simulator.desk.Header;
import dev.millrace.simulator.desk.Incoming;
import dev.millrace.simulator.desk.Task;
import dev.millrace.simulator.ledger.Operation;
import java.util.List;

/// `POST /v1/messages`, plain and streamed, and `POST /v1/messages/count_tokens`.
enum MessagesEndpoint implements Endpoint {
    CREATE(Operation.CHAT),
    COUNT(Operation.TOKENS);

    static final Header ORGANIZATION = new Header("anthropic-organization-id", "00000000-0000-4000-8000-000000000000");

    private final Operation operation;

    MessagesEndpoint(Operation operation) {
        this.operation = operation;
    }

    @Override
    public Operation operation() {
        return operation;
    }

    @Override
    public Task read(Incoming incoming) throws ApiException {
        return new Message(
                MessagesRequest.read(incoming, this == COUNT), incoming.entry().number(), this == COUNT);
    }

    private record Message(MessagesRequest request, long number, boolean counting) implements Task {

        @Override
        public String model() {
            return request.model();
        }

        @Override
        public String prompt() {
            return request.conversation().prompt();
        }

        @Override
        public boolean has(String field) {
            return request.body().hasNonNull(field);
        }

        @Override
        public Answer answer(Behaviour behaviour) {
            if (counting) {
                return whole("{\"input_tokens\":" + request.promptTokens() + "}");
            }
            String id = "msg_" + Long.toString(System.currentTimeMillis(), 36) + Long.toString(number, 36);
            MessageReply reply = MessageReply.to(request, number, behaviour);
            if (request.stream()) {
                return new Answer.Streamed(
                        new MessageEvents(id, request, reply, behaviour).iterator(),
                        reply.pieces(),
                        List.of(ORGANIZATION));
            }
            return whole(MessageJson.whole(id, request, reply, behaviour));
        }

        private static Answer whole(String json) {
            return new Answer.Whole(200, "application/json", Body.of(json), List.of(ORGANIZATION));
        }
    }
}
