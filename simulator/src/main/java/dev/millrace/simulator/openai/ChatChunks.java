package dev.millrace.simulator.openai;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.behaviour.Key;
import dev.millrace.simulator.desk.JsonText;
import dev.millrace.simulator.desk.StreamEvent;
import dev.millrace.simulator.desk.StreamEvent.Part;
import java.util.Iterator;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The events of a streamed chat answer, in the order of OpenAI's stream: role, content, finish reason, usage,
/// `[DONE]`.
final class ChatChunks {

    private final String id;
    private final long created;
    private final ChatRequest request;
    private final Reply reply;
    private final Behaviour behaviour;
    private final String opening;
    private final boolean usageAlone;

    ChatChunks(String id, long created, ChatRequest request, Reply reply, Behaviour behaviour) {
        this.id = id;
        this.created = created;
        this.request = request;
        this.reply = reply;
        this.behaviour = behaviour;
        this.opening = opening();
        this.usageAlone = request.includeUsage() && !behaviour.has(Key.USAGE);
    }

    Iterator<StreamEvent> iterator() {
        int choices = request.choices();
        Stream<StreamEvent> start = choices(Part.START, this::start);
        Stream<StreamEvent> content = IntStream.range(0, reply.pieces().size() * choices)
                .mapToObj(i -> new StreamEvent(Part.TOKEN, piece(i % choices, i / choices)));
        Stream<StreamEvent> end = choices(Part.FINISH, this::finish);
        Stream<StreamEvent> usage = usageAlone || behaviour.is(Key.USAGE, "twice")
                ? Stream.of(new StreamEvent(Part.USAGE, usageChunk()))
                : Stream.empty();
        Stream<StreamEvent> done = Stream.of(new StreamEvent(Part.DONE, "data: [DONE]\n\n"));
        return Stream.of(start, content, end, usage, done).flatMap(part -> part).iterator();
    }

    private Stream<StreamEvent> choices(Part part, IntFunction<String> text) {
        return IntStream.range(0, request.choices()).mapToObj(i -> new StreamEvent(part, text.apply(i)));
    }

    private String opening() {
        StringBuilder json = new StringBuilder("data: {\"id\":\"").append(id);
        json.append("\",\"object\":\"chat.completion.chunk\",\"created\":").append(created);
        json.append(",\"model\":");
        JsonText.quote(json, request.model());
        json.append(",\"service_tier\":\"default\",\"system_fingerprint\":null");
        if (behaviour.is(Key.ERROR_NULL)) {
            json.append(",\"error\":null");
        }
        return json.append(",\"choices\":[").toString();
    }

    private String start(int choice) {
        String call = reply.tool()
                .map(name -> ",\"tool_calls\":[{\"index\":0,\"id\":\"call_" + id.substring(9) + "_" + choice
                        + "\",\"type\":\"function\",\"function\":{\"name\":" + JsonText.quoted(name)
                        + ",\"arguments\":\"\"}}]")
                .orElse("");
        String content = reply.tool().isPresent() ? "null" : "\"\"";
        return delta(choice, "\"role\":\"assistant\",\"content\":" + content + ",\"refusal\":null" + call, "null");
    }

    private String piece(int choice, int index) {
        String text = JsonText.quoted(reply.pieces().get(index));
        String role = behaviour.is(Key.REPEAT_ROLE) ? "\"role\":\"assistant\"," : "";
        String content = reply.tool().isPresent()
                ? "\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":" + text + "}}]"
                : "\"content\":" + text;
        return delta(choice, role + content, "null");
    }

    private String finish(int choice) {
        return delta(choice, "", JsonText.quoted(reply.finishReason()));
    }

    private String delta(int choice, String delta, String finishReason) {
        StringBuilder chunk = new StringBuilder(opening);
        chunk.append("{\"index\":").append(choice).append(",\"delta\":{").append(delta);
        chunk.append("},\"logprobs\":null,\"finish_reason\":")
                .append(finishReason)
                .append("}]");
        boolean finishing = !finishReason.equals("null");
        if (finishing && (behaviour.is(Key.USAGE, "finish") || behaviour.is(Key.USAGE, "twice"))) {
            ChatEndpoint.usage(chunk.append(",\"usage\":"), ChatEndpoint.tokens(request, reply, behaviour));
        } else if (usageAlone) {
            chunk.append(",\"usage\":null");
        }
        return chunk.append("}\n\n").toString();
    }

    private String usageChunk() {
        StringBuilder chunk = new StringBuilder(opening).append("],\"usage\":");
        ChatEndpoint.usage(chunk, ChatEndpoint.tokens(request, reply, behaviour));
        return chunk.append("}\n\n").toString();
    }
}
