package dev.millrace.provider.anthropic;

import dev.millrace.provider.CallIds;

/// A call's id as Messages takes it: what was packed into it is cut off, and characters that other providers have in
/// theirs are replaced.
final class ToolUseId {

    private ToolUseId() {}

    static String of(String id) {
        return CallIds.bare(id).replaceAll("[^a-zA-Z0-9_-]", "_");
    }
}
