package dev.millrace.simulator.anthropic;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.desk.JsonText;
import dev.millrace.simulator.desk.StreamEvent;
import dev.millrace.simulator.desk.StreamEvent.Part;
import java.util.Iterator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The events of a streamed message: its start, the blocks one after the other, why it stopped, its end.
record MessageEvents(String id, MessagesRequest request, MessageReply reply, Behaviour behaviour) {

    Iterator<StreamEvent> iterator() {
        Stream<StreamEvent> start = Stream.of(
                event(Part.START, "message_start", ",\"message\":" + MessageJson.begun(id, request, reply, behaviour)),
                event(Part.START, "ping", ""));
        Stream<StreamEvent> blocks = IntStream.range(0, reply.blocks().size())
                .boxed()
                .flatMap(index -> block(index, reply.blocks().get(index)));
        Stream<StreamEvent> end = Stream.of(
                event(
                        Part.FINISH,
                        "message_delta",
                        ",\"delta\":{" + MessageJson.stop(reply) + ",\"container\":null}"
                                + MessageJson.usageField(reply.tokens(), behaviour)),
                event(Part.DONE, "message_stop", ""));
        return Stream.of(start, blocks, end).flatMap(part -> part).iterator();
    }

    private static Stream<StreamEvent> block(int index, MessageReply.Block block) {
        Stream<StreamEvent> start = Stream.of(event(
                Part.FRAME,
                "content_block_start",
                ",\"index\":" + index + ",\"content_block\":" + MessageJson.emptyBlock(block)));
        Stream<StreamEvent> pieces = block.pieces().stream()
                .map(piece -> delta(
                        Part.TOKEN,
                        index,
                        switch (block) {
                            case MessageReply.Thinking _ -> "\"thinking_delta\",\"thinking\":";
                            case MessageReply.Text _ -> "\"text_delta\",\"text\":";
                            case MessageReply.ToolUse _ -> "\"input_json_delta\",\"partial_json\":";
                        },
                        piece));
        Stream<StreamEvent> end = switch (block) {
            case MessageReply.Thinking thinking ->
                Stream.of(delta(Part.FRAME, index, "\"signature_delta\",\"signature\":", thinking.signature()));
            case MessageReply.Text _, MessageReply.ToolUse _ -> Stream.empty();
        };
        Stream<StreamEvent> stop = Stream.of(event(Part.FRAME, "content_block_stop", ",\"index\":" + index));
        return Stream.of(start, pieces, end, stop).flatMap(part -> part);
    }

    private static StreamEvent delta(Part part, int index, String kind, String value) {
        return event(
                part,
                "content_block_delta",
                ",\"index\":" + index + ",\"delta\":{\"type\":" + kind + JsonText.quoted(value) + "}");
    }

    private static StreamEvent event(Part part, String type, String fields) {
        return new StreamEvent(part, "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + fields + "}\n\n");
    }
}
