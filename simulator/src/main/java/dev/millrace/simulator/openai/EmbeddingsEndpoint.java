package dev.millrace.simulator.openai;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.behaviour.Key;
import dev.millrace.simulator.desk.Answer;
import dev.millrace.simulator.desk.ApiException;
import dev.millrace.simulator.desk.Endpoint;
import dev.millrace.simulator.desk.Incoming;
import dev.millrace.simulator.desk.Task;
import dev.millrace.simulator.ledger.Operation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `POST /v1/embeddings`: unit vectors that depend on the input alone.
final class EmbeddingsEndpoint implements Endpoint {

    static final EmbeddingsEndpoint INSTANCE = new EmbeddingsEndpoint();

    private static final int DIMENSIONS = 64;
    private static final int MOST_INPUTS = 2048;

    private EmbeddingsEndpoint() {}

    @Override
    public Operation operation() {
        return Operation.EMBEDDINGS;
    }

    @Override
    public Task read(Incoming incoming) throws ApiException {
        JsonNode body = Json.object(incoming.body());
        if (body.path("model").asString("").isEmpty()) {
            throw Json.missing("model");
        }
        List<String> inputs = inputs(body.path("input"));
        String format = body.path("encoding_format").asString("float");
        if (!format.equals("float") && !format.equals("base64")) {
            throw Json.wrongValue("encoding_format", "'float' or 'base64'");
        }
        int dimensions = body.path("dimensions").asInt(DIMENSIONS);
        if (dimensions < 1 || dimensions > 4096) {
            throw Json.wrongValue("dimensions", "an integer from 1 to 4096");
        }
        return new Embed(body, inputs, format.equals("base64"), dimensions);
    }

    private static List<String> inputs(JsonNode input) throws ApiException {
        if (input.isString()) {
            return List.of(input.stringValue());
        }
        if (!input.isArray() || input.isEmpty()) {
            throw Json.missing("input");
        }
        if (input.path(0).isNumber()) {
            return List.of(input.toString());
        }
        if (input.size() > MOST_INPUTS) {
            throw Json.wrongValue("input", "at most " + MOST_INPUTS + " entries");
        }
        List<String> inputs = new ArrayList<>();
        input.forEach(one -> inputs.add(one.isString() ? one.stringValue() : one.toString()));
        return inputs;
    }

    private record Embed(JsonNode body, List<String> inputs, boolean base64, int dimensions) implements Task {

        @Override
        public String model() {
            return body.path("model").asString("");
        }

        @Override
        public String prompt() {
            return inputs.getFirst();
        }

        @Override
        public boolean has(String field) {
            return body.hasNonNull(field);
        }

        @Override
        public Answer answer(Behaviour behaviour) {
            ObjectNode answer = Json.MAPPER.createObjectNode().put("object", "list");
            ArrayNode data = answer.putArray("data");
            long tokens = 0;
            for (String input : behaviour.is(Key.EMPTY) ? List.<String>of() : inputs) {
                ObjectNode entry = data.addObject().put("object", "embedding").put("index", data.size() - 1);
                float[] vector = vector(input);
                if (base64) {
                    entry.put("embedding", encoded(vector));
                } else {
                    ArrayNode numbers = entry.putArray("embedding");
                    for (float number : vector) {
                        numbers.add(number);
                    }
                }
                tokens += input.length() / 4 + 1;
            }
            answer.put("model", model());
            if (!behaviour.is(Key.USAGE, "none")) {
                answer.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
            }
            return Answer.json(answer.toString());
        }

        private float[] vector(String input) {
            SplittableRandom random = new SplittableRandom(input.hashCode());
            double[] raw = random.doubles(dimensions, -1, 1).toArray();
            double length = 0;
            for (double number : raw) {
                length += number * number;
            }
            float[] unit = new float[dimensions];
            for (int i = 0; i < dimensions; i++) {
                unit[i] = (float) (raw[i] / Math.sqrt(length));
            }
            return unit;
        }

        private static String encoded(float[] vector) {
            ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (float number : vector) {
                bytes.putFloat(number);
            }
            return Base64.getEncoder().encodeToString(bytes.array());
        }
    }
}
