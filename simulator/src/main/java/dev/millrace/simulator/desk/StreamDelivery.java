package dev.millrace.simulator.desk;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.behaviour.Key;
import dev.millrace.simulator.http.Connection;
import dev.millrace.simulator.http.ResponseHead;
import dev.millrace.simulator.ledger.Entry;
import dev.millrace.simulator.ledger.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Plays a stream of events at its pace, each in a chunk of its own, and spoils it where the behaviour says so.
///
/// Faults that name a number come after so many tokens. Events that are due at the same moment leave in one write.
final class StreamDelivery {

    private static final int FULL = 16 * 1024;
    private static final Duration LOOK_FOR_CLIENT_FROM = Duration.ofMillis(50);

    private final Connection connection;
    private final Entry entry;
    private final Behaviour behaviour;
    private final WireFormat format;
    private final String requestId;
    private final Exchange.@Nullable MidBodyHold hold;
    private final ByteArrayOutputStream due = new ByteArrayOutputStream(2048);
    private long nextAt = System.nanoTime();

    StreamDelivery(
            Connection connection,
            Entry entry,
            Behaviour behaviour,
            WireFormat format,
            String requestId,
            Exchange.@Nullable MidBodyHold hold) {
        this.connection = connection;
        this.entry = entry;
        this.behaviour = behaviour;
        this.format = format;
        this.requestId = requestId;
        this.hold = hold;
    }

    /// Plays the stream to its end, or to where it is spoilt.
    ///
    /// @return whether the connection can take another request
    boolean send(Answer.Streamed answer) throws IOException, ApiException {
        ResponseHead head = new ResponseHead(200)
                .add("content-type", behaviour.text(Key.CONTENT_TYPE).orElse("text/event-stream; charset=utf-8"))
                .add("cache-control", "no-cache")
                .addUnlessUnnamed(format.requestIdHeader(), requestId);
        answer.headers().forEach(header -> head.add(header.name(), header.value()));
        due.writeBytes(head.add("transfer-encoding", "chunked").bytes());
        if (behaviour.is(Key.RESET, "after-headers")) {
            flush();
            return reset();
        }
        long tokens = 0;
        while (answer.events().hasNext()) {
            StreamEvent event = answer.events().next();
            boolean first = tokens == 0;
            if (event.part() == StreamEvent.Part.TOKEN) {
                pause(first ? Key.FIRST_TOKEN : Key.GAP);
            }
            // What is to happen after n tokens happens before whatever would come next; an error can come first of all.
            if (event.part() != StreamEvent.Part.START || reached(Key.ERROR_AT, tokens)) {
                Ending ending = endingAfter(tokens, answer.tokens());
                if (ending != Ending.NONE) {
                    return end(ending);
                }
            }
            if (skipped(event.part())) {
                continue;
            }
            boolean malformed = event.part() == StreamEvent.Part.TOKEN
                    && behaviour.number(Key.MALFORMED).orElse(-1) == tokens;
            chunk(malformed ? brokenInHalf(event.text()) : event.text());
            if (event.part() == StreamEvent.Part.TOKEN) {
                tokens++;
            }
        }
        Ending ending = endingAfter(tokens, answer.tokens());
        return end(ending == Ending.NONE ? Ending.WHOLE : ending);
    }

    private enum Ending {
        NONE,
        WHOLE,
        CLEAN_BUT_EARLY,
        ERROR_EVENT,
        CUT,
        BAD_CHUNK,
        STALL,
        RESET
    }

    private Ending endingAfter(long tokens, int all) throws IOException {
        if (behaviour.isNormal() && hold == null) {
            return Ending.NONE;
        }
        long half = Math.max(1, all / 2);
        if (hold != null && tokens == half) {
            flush();
            if (hold.dropped()) {
                return Ending.RESET;
            }
        }
        if (behaviour.is(Key.RESET, "mid-body") && tokens >= half) {
            return Ending.RESET;
        } else if (reached(Key.STALL, tokens)) {
            return Ending.STALL;
        } else if (reached(Key.CUT, tokens)) {
            return Ending.CUT;
        } else if (reached(Key.BAD_CHUNK, tokens)) {
            return Ending.BAD_CHUNK;
        } else if (reached(Key.ERROR_AT, tokens)) {
            return Ending.ERROR_EVENT;
        } else if (reached(Key.END_AFTER, tokens)) {
            return Ending.CLEAN_BUT_EARLY;
        }
        return Ending.NONE;
    }

    private boolean reached(Key key, long tokens) {
        return behaviour.has(key) && tokens >= behaviour.number(key).orElseThrow();
    }

    private boolean end(Ending ending) throws IOException, ApiException {
        switch (ending) {
            case NONE, WHOLE -> {
                entry.end(200, Outcome.ANSWERED);
                lastChunk();
                return true;
            }
            case CLEAN_BUT_EARLY -> {
                entry.end(200, Outcome.BROKEN);
                lastChunk();
                return true;
            }
            case ERROR_EVENT -> {
                chunk(format.errorEvent(Faults.spoken(behaviour, format), requestId));
                entry.end(200, Outcome.BROKEN);
                lastChunk();
                return true;
            }
            case BAD_CHUNK -> {
                due.writeBytes("zz\r\n".getBytes(StandardCharsets.ISO_8859_1));
                entry.end(200, Outcome.BROKEN);
                flush();
                return false;
            }
            case CUT -> {
                entry.end(200, Outcome.BROKEN);
                flush();
                return false;
            }
            case STALL -> {
                flush();
                entry.end(200, Outcome.BROKEN);
                connection.awaitGone();
                entry.clientGone();
                return false;
            }
            case RESET -> {
                flush();
                return reset();
            }
        }
        throw new AssertionError(ending);
    }

    private boolean skipped(StreamEvent.Part part) {
        return switch (part) {
            case FINISH -> behaviour.is(Key.NO_FINISH);
            case DONE -> behaviour.is(Key.NO_DONE);
            case START, FRAME, TOKEN, USAGE -> false;
        };
    }

    /// The first half of the event, still ended by its empty line: JSON that can't be read.
    private static String brokenInHalf(String event) {
        return event.substring(0, event.length() / 2) + "\n\n";
    }

    private void pause(Key key) throws IOException {
        if (!behaviour.has(key)) {
            return;
        }
        Duration time = behaviour.time(key).orElseThrow();
        if (time.isZero()) {
            return;
        }
        flush();
        nextAt = (key == Key.FIRST_TOKEN ? System.nanoTime() : nextAt) + time.toNanos();
        if (time.compareTo(LOOK_FOR_CLIENT_FROM) >= 0) {
            if (connection.goneAfter(Duration.ofNanos(Math.max(0, nextAt - System.nanoTime())))) {
                throw new IOException("the client went away");
            }
            return;
        }
        long left;
        while ((left = nextAt - System.nanoTime()) > 0) {
            LockSupport.parkNanos(left);
        }
    }

    private void chunk(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        due.writeBytes((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        due.writeBytes(bytes);
        due.write('\r');
        due.write('\n');
        if (due.size() > FULL) {
            flush();
        }
    }

    private void lastChunk() throws IOException {
        due.writeBytes("0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        flush();
    }

    private void flush() throws IOException {
        if (due.size() > 0) {
            connection.write(due.toByteArray());
            due.reset();
        }
    }

    private boolean reset() {
        entry.end(200, Outcome.RESET);
        connection.reset();
        return false;
    }
}
