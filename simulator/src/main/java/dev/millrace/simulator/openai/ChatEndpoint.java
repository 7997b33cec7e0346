package dev.millrace.simulator.openai;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.behaviour.Key;
import dev.millrace.simulator.desk.Answer;
import dev.millrace.simulator.desk.ApiException;
import dev.millrace.simulator.desk.Endpoint;
import dev.millrace.simulator.desk.Incoming;
import dev.millrace.simulator.desk.JsonText;
import dev.millrace.simulator.desk.Task;
import dev.millrace.simulator.ledger.Operation;
import dev.millrace.simulator.speech.Tokens;
import java.util.List;

/// `POST /v1/chat/completions`, plain and streamed.
final class ChatEndpoint implements Endpoint {

    static final ChatEndpoint INSTANCE = new ChatEndpoint();

    private ChatEndpoint() {}

    @Override
    public Operation operation() {
        return Operation.CHAT;
    }

    @Override
    public Task read(Incoming incoming) throws ApiException {
        return new Chat(ChatRequest.read(incoming.body()), incoming.entry().number());
    }

    private record Chat(ChatRequest request, long number) implements Task {

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
            return request.has(field);
        }

        @Override
        public Answer answer(Behaviour behaviour) throws ApiException {
            Reply reply = Reply.to(request, behaviour);
            long created = System.currentTimeMillis() / 1000;
            String id = "chatcmpl-" + Long.toString(created, 36) + Long.toString(number, 36);
            if (request.stream()) {
                ChatChunks chunks = new ChatChunks(id, created, request, reply, behaviour);
                return new Answer.Streamed(chunks.iterator(), reply.pieces().size() * request.choices(), List.of());
            }
            return Answer.json(completion(id, created, reply, behaviour));
        }

        private String completion(String id, long created, Reply reply, Behaviour behaviour) {
            StringBuilder json = new StringBuilder(768);
            json.append("{\"id\":\"").append(id).append("\",\"object\":\"chat.completion\",\"created\":");
            json.append(created).append(",\"model\":");
            JsonText.quote(json, request.model()).append(",\"choices\":[");
            for (int i = 0; i < request.choices(); i++) {
                json.append(i == 0 ? "" : ",").append("{\"index\":").append(i);
                json.append(",\"message\":{\"role\":\"assistant\",\"content\":");
                if (reply.tool().isPresent()) {
                    json.append("null,\"refusal\":null,\"annotations\":[],\"tool_calls\":[{\"id\":\"")
                            .append(callId(i))
                            .append("\",\"type\":\"function\",\"function\":{\"name\":");
                    JsonText.quote(json, reply.tool().get()).append(",\"arguments\":");
                    JsonText.quote(json, reply.text()).append("}}]");
                } else {
                    JsonText.quote(json, behaviour.is(Key.EMPTY) ? null : reply.text());
                    json.append(",\"refusal\":null,\"annotations\":[]");
                }
                json.append("},\"logprobs\":null,\"finish_reason\":");
                JsonText.quote(json, behaviour.is(Key.NO_FINISH) ? null : reply.finishReason())
                        .append('}');
            }
            json.append(']');
            if (!behaviour.is(Key.USAGE, "none")) {
                usage(json.append(",\"usage\":"), tokens(request, reply, behaviour));
            }
            if (behaviour.is(Key.ERROR_NULL)) {
                json.append(",\"error\":null");
            }
            return json.append(",\"service_tier\":\"default\",\"system_fingerprint\":null}")
                    .toString();
        }

        private String callId(int choice) {
            return "call_" + Long.toString(number, 36) + "_" + choice;
        }
    }

    static Tokens tokens(ChatRequest request, Reply reply, Behaviour behaviour) {
        return Tokens.of(
                behaviour, request.promptTokens(), (long) reply.pieces().size() * request.choices());
    }

    static void usage(StringBuilder json, Tokens tokens) {
        long completion = tokens.thoughts() + tokens.answer();
        json.append("{\"prompt_tokens\":").append(tokens.prompt());
        json.append(",\"completion_tokens\":").append(completion);
        json.append(",\"total_tokens\":").append(tokens.prompt() + completion);
        json.append(",\"prompt_tokens_details\":{\"cached_tokens\":").append(tokens.cached());
        json.append(",\"audio_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":");
        json.append(tokens.thoughts())
                .append(",\"audio_tokens\":0,\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}");
    }
}
