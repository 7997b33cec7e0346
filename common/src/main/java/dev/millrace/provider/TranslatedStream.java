package dev.millrace.provider;

import dev.millrace.http.LiveCall;
import dev.millrace.http.ServerSentEvents;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;

/// A stream of server-sent events: it waits, and leaves what the events mean to a translator. While its reader is busy
/// with a part no time runs but the call's own, so that a slow reader is not taken for a slow provider.
public final class TranslatedStream implements ChatStream {

    private final LiveCall live;
    private final Patience patience;
    private final StreamTranslator translator;
    private final Optional<String> requestId;
    private final List<String> dropped;
    private final ServerSentEvents events;
    private final ArrayDeque<Part> parts = new ArrayDeque<>();
    private boolean tokens;
    private long waited;
    private volatile boolean ended;
    private volatile boolean whole;
    private volatile boolean closed;

    /// @param live opened with the patience for the first token, which goes on
    public TranslatedStream(
            LiveCall live,
            Patience patience,
            StreamTranslator translator,
            Optional<String> requestId,
            List<String> dropped) {
        this.live = live;
        this.patience = patience;
        this.translator = translator;
        this.requestId = requestId;
        this.dropped = List.copyOf(dropped);
        this.events = new ServerSentEvents(live.body());
    }

    @Override
    public Part next() {
        if (ended) {
            throw new IllegalStateException("Nothing follows the end of a stream");
        }
        if (parts.isEmpty()) {
            await();
        }
        var part = judged(parts.remove());
        switch (part) {
            case Part.Chunk chunk -> {
                if (chunk.token()) {
                    tokens = true;
                    waited = 0;
                    live.expectNothing();
                }
            }
            case Part.End ignored -> {
                whole = true;
                ended = true;
            }
            case Part.Broken ignored -> {
                ended = true;
                live.close();
            }
        }
        return part;
    }

    @Override
    public boolean ready() {
        // An event may come to no part: what counts is whether [#next()] would wait.
        while (parts.isEmpty() && events.ready()) {
            readOne();
        }
        return !parts.isEmpty();
    }

    private Part judged(Part part) {
        return part instanceof Part.End && !tokens && !translator.explainsEmptiness()
                ? broken("malformed_answer", "The provider's answer is empty")
                : part;
    }

    private void await() {
        if (!tokens) {
            read();
            return;
        }
        long began = System.nanoTime();
        live.expectWithin(patience.gap().minusNanos(waited));
        read();
        live.expectNothing();
        // Chunks without a token do not make a provider quicker.
        waited += System.nanoTime() - began;
    }

    private void read() {
        while (parts.isEmpty()) {
            readOne();
        }
    }

    private void readOne() {
        try {
            var event = events.next();
            if (event.isPresent()) {
                parts.addAll(translator.translate(event.get()));
            } else {
                parts.add(translator.atEnd());
            }
        } catch (ServerSentEvents.OversizedException oversized) {
            parts.add(broken("malformed_answer", "The provider sent an event that is too long"));
        } catch (IOException failure) {
            parts.add(closed ? broken("closed", "The stream was closed") : lost(failure));
        } catch (JacksonException noJson) {
            parts.add(broken("malformed_answer", "The provider sent an event that is no JSON"));
        }
    }

    private Part lost(IOException failure) {
        return live.lost(failure)
                .map(lost -> lost.timeout()
                        ? broken("timeout", tokens ? "The next token did not come in time" : "No token came in time")
                        : broken(
                                "connection_lost",
                                Failure.unanswered("connection_lost", lost.reason())
                                        .message()))
                .orElseGet(() -> broken("closed", "The stream was closed"));
    }

    private Part broken(String kind, String message) {
        return new Part.Broken(new ProviderOutcome.Retryable(new Failure(
                Failure.Scope.PROVIDER,
                kind,
                null,
                message,
                Optional.empty(),
                Optional.of(httpStatus()),
                requestId())));
    }

    @Override
    public int httpStatus() {
        return live.status();
    }

    @Override
    public Optional<String> requestId() {
        return requestId.or(translator::requestId);
    }

    @Override
    public List<String> dropped() {
        return dropped;
    }

    @Override
    public void close() {
        closed = true;
        if (whole) {
            live.finish();
        } else {
            live.close();
        }
    }

    @Override
    public Usage usedSoFar() {
        return translator.usageSoFar();
    }
}
