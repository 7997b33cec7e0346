package dev.millrace.simulator.desk;

import dev.millrace.simulator.behaviour.Behaviour;
import dev.millrace.simulator.behaviour.Key;
import dev.millrace.simulator.http.Connection;
import dev.millrace.simulator.http.ResponseHead;
import dev.millrace.simulator.ledger.Entry;
import dev.millrace.simulator.ledger.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Sends an answer to the client, whole or spoilt as the behaviour says.
final class Delivery {

    private static final int PIECE = 64 * 1024;

    private final Connection connection;
    private final Entry entry;
    private final Behaviour behaviour;
    private final WireFormat format;
    private final String requestId;
    private final Exchange.@Nullable MidBodyHold hold;

    Delivery(
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

    /// Sends the answer.
    ///
    /// @return whether the connection can take another request
    boolean send(Answer answer) throws IOException, ApiException {
        return switch (answer) {
            case Answer.Whole whole -> sendWhole(whole);
            case Answer.Streamed streamed ->
                new StreamDelivery(connection, entry, behaviour, format, requestId, hold).send(streamed);
        };
    }

    boolean sendWhole(Answer.Whole answer) throws IOException {
        boolean spoilt = behaviour.has(Key.RESET)
                || behaviour.has(Key.LENGTH)
                || behaviour.has(Key.TRUNCATE)
                || behaviour.has(Key.CUT)
                || behaviour.has(Key.STALL)
                || behaviour.has(Key.BAD_CHUNK)
                || behaviour.has(Key.DRIP);
        if (!spoilt && hold == null) {
            ResponseHead head = head(answer, answer.body().length());
            if (answer.body() instanceof Body.InMemory(byte[] bytes)) {
                entry.end(answer.status(), Outcome.ANSWERED);
                connection.write(head.with(bytes));
            } else {
                connection.write(head.bytes());
                answer.body().write(0, answer.body().length(), connection::write);
                entry.end(answer.status(), Outcome.ANSWERED);
            }
            return true;
        }
        return sendSpoilt(answer);
    }

    private boolean sendSpoilt(Answer.Whole answer) throws IOException {
        Body body = answer.body();
        if (behaviour.has(Key.BAD_CHUNK)) {
            return sendBadChunk(answer);
        }
        long stated = body.length() + behaviour.number(Key.LENGTH).orElse(0);
        connection.write(head(answer, Math.max(0, stated)).bytes());
        if (behaviour.is(Key.RESET, "after-headers")) {
            return reset(answer);
        }
        if (behaviour.is(Key.RESET, "mid-body")) {
            writeDripping(body, 0, body.length() / 2);
            return reset(answer);
        }
        OptionalLong stall = behaviour.number(Key.STALL);
        if (stall.isPresent()) {
            writeDripping(body, 0, Math.min(stall.getAsLong(), body.length()));
            entry.end(answer.status(), Outcome.BROKEN);
            connection.awaitGone();
            entry.clientGone();
            return false;
        }
        long half = body.length() / 2;
        long last = Math.min(
                body.length(),
                Math.min(
                        behaviour.number(Key.TRUNCATE).orElse(Long.MAX_VALUE),
                        behaviour.number(Key.CUT).orElse(Long.MAX_VALUE)));
        long first = Math.min(half, last);
        writeDripping(body, 0, first);
        if (Exchange.drops(hold)) {
            return reset(answer);
        }
        boolean whole = last == body.length() && stated == body.length();
        if (whole) {
            entry.end(answer.status(), Outcome.ANSWERED);
        } else {
            entry.end(answer.status(), Outcome.BROKEN);
        }
        writeDripping(body, first, last);
        return whole;
    }

    private boolean sendBadChunk(Answer.Whole answer) throws IOException {
        ResponseHead head = new ResponseHead(answer.status());
        addHeaders(head, answer);
        connection.write(head.add("transfer-encoding", "chunked").bytes());
        long good = Math.min(
                behaviour.number(Key.BAD_CHUNK).orElse(0), answer.body().length());
        if (good > 0) {
            connection.write((Long.toHexString(good) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            answer.body().write(0, good, connection::write);
            connection.write("\r\n".getBytes(StandardCharsets.ISO_8859_1));
        }
        entry.end(answer.status(), Outcome.BROKEN);
        connection.write("zz\r\n".getBytes(StandardCharsets.ISO_8859_1));
        return false;
    }

    private void writeDripping(Body body, long from, long to) throws IOException {
        Duration drip = behaviour.time(Key.DRIP).orElse(Duration.ZERO);
        if (drip.isZero()) {
            for (long at = from; at < to; at += PIECE) {
                body.write(at, Math.min(to, at + PIECE), connection::write);
            }
            return;
        }
        for (long at = from; at < to; at++) {
            body.write(at, at + 1, connection::write);
            if (connection.goneAfter(drip)) {
                throw new IOException("the client went away");
            }
        }
    }

    private boolean reset(Answer.Whole answer) {
        entry.end(answer.status(), Outcome.RESET);
        connection.reset();
        return false;
    }

    private ResponseHead head(Answer.Whole answer, long length) {
        ResponseHead head = new ResponseHead(answer.status());
        addHeaders(head, answer);
        return head.add("content-length", Long.toString(length));
    }

    private void addHeaders(ResponseHead head, Answer.Whole answer) {
        head.add("content-type", behaviour.text(Key.CONTENT_TYPE).orElse(answer.contentType()));
        head.addUnlessUnnamed(format.requestIdHeader(), requestId);
        for (Header header : answer.headers()) {
            head.add(header.name(), header.value());
        }
    }
}
