package dev.millrace.simulator.anthropic;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.behaviour.Key;
import dev.millrace.simulator.desk.JsonText;
import dev.millrace.simulator.speech.Tokens;
import java.util.stream.Collectors;

/// Writes messages and what they are made of.
final class MessageJson {

    private static final String NOT_STOPPED = "\"stop_reason\":null,\"stop_sequence\":null,\"stop_details\":null";

    private MessageJson() {}

    static String whole(String id, MessagesRequest request, MessageReply reply, Behaviour behaviour) {
        return reply.blocks().stream()
                .map(MessageJson::block)
                .collect(Collectors.joining(
                        ",",
                        opening(id, request),
                        "]," + (behaviour.is(Key.NO_FINISH) ? NOT_STOPPED : stop(reply))
                                + usageField(reply.tokens(), behaviour) + "}"));
    }

    /// A message that has just begun.
    static String begun(String id, MessagesRequest request, MessageReply reply, Behaviour behaviour) {
        Tokens all = reply.tokens();
        Tokens soFar = new Tokens(all.fresh(), all.cached(), all.cacheWritten(), 0, 1);
        return opening(id, request) + "]," + NOT_STOPPED + usageField(soFar, behaviour) + "}";
    }

    private static String opening(String id, MessagesRequest request) {
        return "{\"id\":" + JsonText.quoted(id) + ",\"type\":\"message\",\"role\":\"assistant\",\"model\":"
                + JsonText.quoted(request.model()) + ",\"container\":null,\"content\":[";
    }

    static String stop(MessageReply reply) {
        String details = reply.stopReason().equals("refusal")
                ? "{\"type\":\"refusal\",\"category\":\"general_harms\",\"explanation\":\"The request was refused.\"}"
                : "null";
        return "\"stop_reason\":" + JsonText.quoted(reply.stopReason()) + ",\"stop_sequence\":"
                + JsonText.quoted(reply.stopSequence().orElse(null)) + ",\"stop_details\":" + details;
    }

    /// The usage with a comma in front, or nothing if it is to be left out.
    static String usageField(Tokens tokens, Behaviour behaviour) {
        if (behaviour.is(Key.USAGE, "none")) {
            return "";
        }
        return ",\"usage\":{\"input_tokens\":" + tokens.fresh()
                + ",\"cache_creation_input_tokens\":" + tokens.cacheWritten()
                + ",\"cache_read_input_tokens\":" + tokens.cached()
                + ",\"cache_creation\":{\"ephemeral_5m_input_tokens\":" + tokens.cacheWritten()
                + ",\"ephemeral_1h_input_tokens\":0},\"output_tokens\":" + (tokens.thoughts() + tokens.answer())
                + ",\"output_tokens_details\":{\"thinking_tokens\":" + tokens.thoughts()
                + "},\"server_tool_use\":null,\"inference_geo\":null,\"service_tier\":\"standard\"}";
    }

    private static String block(MessageReply.Block block) {
        return switch (block) {
            case MessageReply.Thinking thinking ->
                "{\"type\":\"thinking\",\"thinking\":" + JsonText.quoted(thinking.text()) + ",\"signature\":"
                        + JsonText.quoted(thinking.signature()) + "}";
            case MessageReply.Text text ->
                "{\"type\":\"text\",\"text\":" + JsonText.quoted(text.text()) + ",\"citations\":null}";
            case MessageReply.ToolUse use -> toolUse(use, use.pieces().isEmpty() ? "{}" : use.text());
        };
    }

    /// The block as it begins in a stream.
    static String emptyBlock(MessageReply.Block block) {
        return switch (block) {
            case MessageReply.Thinking _ -> "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}";
            case MessageReply.Text _ -> "{\"type\":\"text\",\"text\":\"\",\"citations\":null}";
            case MessageReply.ToolUse use -> toolUse(use, "{}");
        };
    }

    private static String toolUse(MessageReply.ToolUse use, String input) {
        return "{\"type\":\"tool_use\",\"id\":" + JsonText.quoted(use.id())
                + ",\"caller\":{\"type\":\"direct\"},\"name\":" + JsonText.quoted(use.name()) + ",\"input\":" + input
                + "}";
    }
}
