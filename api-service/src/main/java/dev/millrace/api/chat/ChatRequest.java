package dev.millrace.api.chat;

/// A chat completion as it was asked for, read and found to be in order.
///
/// @param body as it came
record ChatRequest(byte[] body, String model, boolean streamed, boolean includeUsage) {}
