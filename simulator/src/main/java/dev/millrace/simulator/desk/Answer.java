package dev.millrace.simulator.desk;

import java.util.Iterator;
import java.util.List;

/// What a provider answers when nothing is made to go wrong.
public sealed interface Answer {

    /// An answer whose length is known.
    record Whole(int status, String contentType, Body body, List<Header> headers) implements Answer {}

    /// A stream of server-sent events; each is made when its turn comes.
    record Streamed(Iterator<StreamEvent> events, int tokens, List<Header> headers) implements Answer {}

    static Answer json(String body) {
        return new Whole(200, "application/json", Body.of(body), List.of());
    }
}
