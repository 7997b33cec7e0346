package dev.millrace.simulator.openai;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.behaviour.Key;
import dev.millrace.simulator.desk.Answer;
import dev.millrace.simulator.desk.ApiException;
import dev.millrace.simulator.desk.Endpoint;
import dev.millrace.simulator.desk.Incoming;
import dev.millrace.simulator.desk.Task;
import dev.millrace.simulator.ledger.Operation;
import dev.millrace.simulator.media.Media;
import java.util.Base64;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `POST /v1/images/generations`: a PNG of two by two pixels, in base64.
final class ImagesEndpoint implements Endpoint {

    static final ImagesEndpoint INSTANCE = new ImagesEndpoint();

    private static final String DEFAULT_MODEL = "gpt-image-1";

    private ImagesEndpoint() {}

    @Override
    public Operation operation() {
        return Operation.IMAGES;
    }

    @Override
    public Task read(Incoming incoming) throws ApiException {
        JsonNode body = Json.object(incoming.body());
        if (body.path("prompt").asString("").isEmpty()) {
            throw Json.missing("prompt");
        }
        int count = body.path("n").asInt(1);
        if (count < 1 || count > 10) {
            throw Json.wrongValue("n", "an integer from 1 to 10");
        }
        return new Draw(body, count);
    }

    private record Draw(JsonNode body, int count) implements Task {

        @Override
        public String model() {
            return body.path("model").asString(DEFAULT_MODEL);
        }

        @Override
        public String prompt() {
            return body.path("prompt").asString("");
        }

        @Override
        public boolean has(String field) {
            return body.hasNonNull(field);
        }

        @Override
        public Answer answer(Behaviour behaviour) {
            ObjectNode answer = Json.MAPPER.createObjectNode().put("created", System.currentTimeMillis() / 1000);
            ArrayNode data = answer.putArray("data");
            String image = Base64.getEncoder().encodeToString(Media.IMAGE.bytes());
            for (int i = 0; i < count && !behaviour.is(Key.EMPTY); i++) {
                data.addObject().put("b64_json", image);
            }
            answer.put("background", "opaque").put("output_format", "png").put("size", "1024x1024");
            answer.put("quality", "low");
            if (!behaviour.is(Key.USAGE, "none")) {
                long tokens = prompt().length() / 4 + 1L;
                ObjectNode usage = answer.putObject("usage");
                usage.put("input_tokens", tokens).put("output_tokens", 272L * count);
                usage.put("total_tokens", tokens + 272L * count);
                usage.putObject("input_tokens_details")
                        .put("text_tokens", tokens)
                        .put("image_tokens", 0);
            }
            return Answer.json(answer.toString());
        }
    }
}
