package dev.millrace.http;

/// What opening a call came to.
public sealed interface Opened {

    /// The head of the answer is here; whoever opened it closes it.
    record Live(LiveCall call) implements Opened {}

    record Failed(Reply.Unanswered reply) implements Opened {}
}
