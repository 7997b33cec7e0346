package dev.millrace.simulator.anthropic;

import dev.millrace.simulator.desk.ApiException;
import dev.millrace.simulator.speech.Seal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// The messages of a request, neighbours of one role joined, as the API joins them.
///
/// @param turns      roles and blocks in their order, beginning with the user's
/// @param prompt     the text of the last user turn
/// @param characters of all texts together
record Conversation(List<Turn> turns, String prompt, long characters) {

    private static final int MOST_MESSAGES = 100_000;

    /// What one side says until the other one speaks.
    record Turn(String role, List<JsonNode> blocks) {}

    static Conversation read(JsonNode messages, Version version) throws ApiException {
        if (messages.isMissingNode()) {
            throw Complaint.missing("messages");
        }
        if (!messages.isArray()) {
            throw Complaint.wrong("messages", "a valid list");
        }
        if (messages.isEmpty()) {
            throw Complaint.of("messages: at least one message is required");
        }
        if (messages.size() > MOST_MESSAGES) {
            throw Complaint.of("messages: at most " + MOST_MESSAGES + " messages are allowed");
        }
        List<Turn> turns = new ArrayList<>();
        long characters = 0;
        for (int i = 0; i < messages.size(); i++) {
            Turn turn = turn(messages.path(i), "messages." + i, version);
            characters += turn.blocks().stream()
                    .mapToLong(block -> block.path("text").asString("").length())
                    .sum();
            if (!turns.isEmpty() && turns.getLast().role().equals(turn.role())) {
                turns.getLast().blocks().addAll(turn.blocks());
            } else {
                turns.add(turn);
            }
        }
        if (!turns.getFirst().role().equals("user")) {
            throw Complaint.of("messages: first message must use the \"user\" role");
        }
        Conversation conversation = new Conversation(turns, lastUserText(turns), characters);
        conversation.checkToolResults();
        return conversation;
    }

    /// Whether the last turn answers tool calls.
    boolean endsWithToolResult() {
        return turns.getLast().blocks().stream().anyMatch(block -> Blocks.is(block, "tool_result"));
    }

    /// In a tool loop with thinking, the thought that led to the call has to come back with it.
    ///
    /// @throws ApiException if it does not
    void checkThinkingKept() throws ApiException {
        if (!endsWithToolResult() || turns.size() < 2) {
            return;
        }
        String first =
                turns.get(turns.size() - 2).blocks().getFirst().path("type").asString("");
        if (!first.equals("thinking") && !first.equals("redacted_thinking")) {
            throw Complaint.of("messages." + (turns.size() - 2)
                    + ".content.0.type: Expected `thinking` or `redacted_thinking`, but found `" + first
                    + "`. When `thinking` is enabled, a final `assistant` message must start with a thinking block.");
        }
    }

    private static Turn turn(JsonNode message, String at, Version version) throws ApiException {
        if (!message.isObject()) {
            throw Complaint.wrong(at, "an object");
        }
        for (String field : message.propertyNames()) {
            if (!field.equals("role") && !field.equals("content")) {
                throw Complaint.extra(at + "." + field);
            }
        }
        String role = Complaint.text(message, "role", at + ".");
        if (!role.equals("user") && !role.equals("assistant")) {
            throw Complaint.of("messages: Unexpected role \"" + role + "\". The Messages API accepts a top-level"
                    + " `system` parameter, and allowed roles are \"user\" and \"assistant\".");
        }
        JsonNode content = message.path("content");
        if (content.isMissingNode() || content.isNull()) {
            throw Complaint.missing(at + ".content");
        }
        List<JsonNode> blocks = new ArrayList<>();
        if (content.isString()) {
            blocks.add(JsonNodeFactory.instance.objectNode().put("type", "text").put("text", content.stringValue()));
        } else if (content.isArray()) {
            content.forEach(blocks::add);
        } else {
            throw Complaint.wrong(at + ".content", "a valid string or a valid list");
        }
        if (blocks.isEmpty() || (content.isString() && content.stringValue().isEmpty())) {
            throw Complaint.of(at + ": " + role + " messages must have non-empty content");
        }
        boolean onlyResults = true;
        for (int i = 0; i < blocks.size(); i++) {
            JsonNode block = blocks.get(i);
            Blocks.check(block, role, at + ".content." + i, version);
            if (Blocks.is(block, "tool_result") && !onlyResults) {
                throw Complaint.of(at + ".content." + i + ": `tool_result` blocks must come first in the content");
            }
            onlyResults &= Blocks.is(block, "tool_result");
            if (Blocks.is(block, "thinking")
                    && !Seal.fits(
                            block.path("thinking").asString(""),
                            block.path("signature").asString(""))) {
                throw Complaint.of(at + ".content." + i + ": Invalid `signature` in `thinking` block");
            }
        }
        return new Turn(role, blocks);
    }

    private void checkToolResults() throws ApiException {
        Set<String> open = Set.of();
        for (int i = 0; i < turns.size(); i++) {
            Set<String> answered = new HashSet<>();
            Set<String> asked = new HashSet<>();
            for (JsonNode block : turns.get(i).blocks()) {
                if (Blocks.is(block, "tool_result")) {
                    String id = block.path("tool_use_id").asString("");
                    if (!open.contains(id)) {
                        throw Complaint.of("messages." + i
                                + ": unexpected `tool_use_id` found in `tool_result` blocks: "
                                + id + ". Each `tool_result` block must have a corresponding `tool_use` block in the"
                                + " previous message.");
                    }
                    answered.add(id);
                } else if (Blocks.is(block, "tool_use")
                        && !asked.add(block.path("id").asString(""))) {
                    throw Complaint.of("messages." + i + ": `tool_use` ids must be unique");
                }
            }
            if (!answered.containsAll(open)) {
                throw Complaint.of("messages." + (i - 1)
                        + ": `tool_use` ids were found without `tool_result` blocks immediately after: "
                        + String.join(", ", open.stream().sorted().toList()) + ". Each `tool_use` block must have a"
                        + " corresponding `tool_result` block in the next message.");
            }
            open = asked;
        }
        if (!open.isEmpty()) {
            throw Complaint.of("messages." + (turns.size() - 1)
                    + ": `tool_use` ids were found without `tool_result` blocks immediately after: "
                    + String.join(", ", open.stream().sorted().toList()));
        }
    }

    private static String lastUserText(List<Turn> turns) {
        Turn turn = turns.getLast().role().equals("user") || turns.size() == 1
                ? turns.getLast()
                : turns.get(turns.size() - 2);
        StringBuilder text = new StringBuilder();
        turn.blocks().forEach(block -> text.append(block.path("text").asString("")));
        return text.toString();
    }
}
