package dev.millrace.provider.anthropic;

/// A call's id as Messages takes it: what was packed into it is cut off, and other providers' characters are replaced.
final class ToolUseId {

    private ToolUseId() {}

    static String of(String id) {
        return id.replaceAll("[^a-zA-Z0-9_-]", "_");
    }
}
