package dev.millrace.provider;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;

/// Writes the chunks of one answer that another wire format brought. The role stands in the first of them, whichever
/// that is; each says the same `id`, `created` and `model`.
///
/// @see <a href="https://platform.openai.com/docs/api-reference/chat-streaming">The chat completion chunk object</a>
public final class ChunkWriter {

    private final String head;
    private final String tail;
    private final int choice;
    private boolean begun;

    /// @param publicModel the name that the caller used
    /// @param showUsage whether the caller asked for usage: then each chunk has it, as `null`
    public ChunkWriter(String publicModel, boolean showUsage) {
        var text = new StringBuilder("{\"id\":\"chatcmpl-")
                .append(UUID.randomUUID().toString().replace("-", ""))
                .append("\",\"object\":\"chat.completion.chunk\",\"created\":")
                .append(Instant.now().getEpochSecond())
                .append(",\"model\":");
        this.head = JsonText.quote(text, publicModel).append(",\"choices\":[").toString();
        this.tail = showUsage ? "],\"usage\":null}" : "]}";
        this.choice = 0;
    }

    private ChunkWriter(ChunkWriter answer, int choice) {
        this.head = answer.head;
        this.tail = answer.tail;
        this.choice = choice;
    }

    /// Writes another choice of the same answer, each with its own role.
    public ChunkWriter choice(int index) {
        return new ChunkWriter(this, index);
    }

    /// The first chunk of an answer that has nothing to say yet. It need not be written: any other brings the role.
    public byte[] role() {
        return chunk("\"content\":\"\"", "null");
    }

    public byte[] content(String text) {
        return said("content", text);
    }

    /// @param logprobs the `logprobs` object of these tokens, as JSON
    public byte[] content(String text, String logprobs) {
        var json = JsonText.quote(new StringBuilder("\"content\":"), text);
        return chunk(json.toString(), ",\"logprobs\":" + logprobs, "null");
    }

    /// What a model thought aloud, in the field that OpenAI-compatible providers have for it.
    public byte[] reasoning(String text) {
        return said("reasoning_content", text);
    }

    public byte[] refusal(String text) {
        return said("refusal", text);
    }

    /// Begins a tool call.
    ///
    /// @param index counts the calls of the answer from 0
    public byte[] toolStart(int index, String id, String name) {
        var json =
                new StringBuilder("\"tool_calls\":[{\"index\":").append(index).append(",\"id\":");
        JsonText.quote(json, id).append(",\"type\":\"function\",\"function\":{\"name\":");
        return chunk(JsonText.quote(json, name).append(",\"arguments\":\"\"}}]").toString(), "null");
    }

    public byte[] toolArguments(int index, String text) {
        var json =
                new StringBuilder("\"tool_calls\":[{\"index\":").append(index).append(",\"function\":{\"arguments\":");
        return chunk(JsonText.quote(json, text).append("}}]").toString(), "null");
    }

    /// The last chunk of the answer.
    ///
    /// @param reason `stop`, `length`, `tool_calls` or `content_filter`
    public byte[] finish(String reason) {
        return chunk("", JsonText.quote(new StringBuilder(), reason).toString());
    }

    /// What follows the last chunk for a caller who asked for usage.
    public byte[] usage(Usage usage) {
        return bytes(head + "],\"usage\":" + usage.json() + "}");
    }

    private byte[] said(String field, String text) {
        var json =
                new StringBuilder(text.length() + 32).append('"').append(field).append("\":");
        return chunk(JsonText.quote(json, text).toString(), "null");
    }

    private byte[] chunk(String delta, String finishReason) {
        return chunk(delta, "", finishReason);
    }

    private byte[] chunk(String delta, String beside, String finishReason) {
        var json = new StringBuilder(head.length() + delta.length() + 128)
                .append(head)
                .append("{\"index\":")
                .append(choice)
                .append(",\"delta\":{");
        if (!begun) {
            begun = true;
            json.append(delta.isEmpty() ? "\"role\":\"assistant\"" : "\"role\":\"assistant\",");
        }
        return bytes(json.append(delta)
                .append('}')
                .append(beside)
                .append(",\"finish_reason\":")
                .append(finishReason)
                .append('}')
                .append(tail)
                .toString());
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }
}
