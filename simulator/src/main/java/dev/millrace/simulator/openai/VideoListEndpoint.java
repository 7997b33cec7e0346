package dev.millrace.simulator.openai;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.desk.Answer;
import dev.millrace.simulator.desk.ApiError;
import dev.millrace.simulator.desk.ApiException;
import dev.millrace.simulator.desk.Endpoint;
import dev.millrace.simulator.desk.Incoming;
import dev.millrace.simulator.desk.OwnedRender;
import dev.millrace.simulator.desk.Task;
import dev.millrace.simulator.http.Query;
import dev.millrace.simulator.ledger.Operation;
import dev.millrace.simulator.render.Render;
import dev.millrace.simulator.render.Renders;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `GET /v1/videos`: newest first unless asked otherwise.
record VideoListEndpoint(Renders renders) implements Endpoint {

    private static final int DEFAULT_LIMIT = 20;

    @Override
    public Operation operation() {
        return Operation.VIDEO_LIST;
    }

    @Override
    public Task read(Incoming incoming) throws ApiException {
        if (!incoming.provider().settings().list()) {
            throw ApiError.notFound("Invalid URL (GET " + incoming.path() + ")").toException();
        }
        Query query = incoming.head().query();
        String order = Optional.ofNullable(query.get("order")).orElse("desc");
        if (!order.equals("asc") && !order.equals("desc")) {
            throw Json.wrongValue("order", "'asc' or 'desc'");
        }
        int limit = limit(query.get("limit"));
        String after = query.get("after");
        Optional<Long> from = after == null || after.isEmpty()
                ? Optional.empty()
                : Optional.of(OwnedRender.find(renders, after, incoming).number());
        return new Page(renders, incoming, order.equals("desc"), limit, from);
    }

    private static int limit(@Nullable String text) throws ApiException {
        if (text == null || text.isEmpty()) {
            return DEFAULT_LIMIT;
        }
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 0 && limit <= 100) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // Said below, as for a number out of range.
        }
        throw Json.wrongValue("limit", "an integer from 0 to 100");
    }

    private record Page(Renders renders, Incoming incoming, boolean newestFirst, int limit, Optional<Long> after)
            implements Task {

        @Override
        public String model() {
            return "";
        }

        @Override
        public String prompt() {
            return "";
        }

        @Override
        public Answer answer(Behaviour behaviour) {
            // One more than asked for tells whether there are more.
            List<Render> found = renders.page(
                    newestFirst,
                    after,
                    limit + 1,
                    r -> r.order().format().equals("openai") && OwnedRender.visible(r, incoming));
            List<Render> page = found.subList(0, Math.min(limit, found.size()));
            ObjectNode answer = Json.MAPPER.createObjectNode().put("object", "list");
            ArrayNode data = answer.putArray("data");
            page.forEach(render -> data.add(VideoJson.of(render, behaviour)));
            if (page.isEmpty()) {
                answer.putNull("first_id").putNull("last_id");
            } else {
                answer.put("first_id", page.getFirst().id());
                answer.put("last_id", page.getLast().id());
            }
            answer.put("has_more", found.size() > page.size());
            return Answer.json(answer.toString());
        }
    }
}
