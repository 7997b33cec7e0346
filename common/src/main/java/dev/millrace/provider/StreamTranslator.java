package dev.millrace.provider;

import dev.millrace.http.ServerSentEvents;
import java.util.List;

/// Turns a provider's events into parts of an answer in the OpenAI wire format. It waits for nothing and knows of no
/// connection; all its methods are called by the thread that reads.
public interface StreamTranslator {

    /// What an event comes to: nothing, chunks, or the end. A JSON exception says that the event is malformed.
    List<ChatStream.Part> translate(ServerSentEvents.Event event);

    /// What the end of the connection comes to: `End` where the end marker has come, else `Broken`.
    ChatStream.Part atEnd();

    /// What was used so far, told or guessed.
    Usage usageSoFar();

    /// Whether the answer says why it says nothing, as one of `length` or `content_filter` does. An empty answer is a
    /// failure otherwise.
    default boolean explainsEmptiness() {
        return false;
    }
}
