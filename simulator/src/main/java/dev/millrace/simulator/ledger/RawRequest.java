package dev.millrace.simulator.ledger;

import dev.millrace.simulator.http.RequestHead;
import java.util.Arrays;
import java.util.List;

/// A request as it arrived, but for the keys in it, which are replaced by their [KeyPrint] when it is read.
public final class RawRequest {

    /// At most so many bytes of a body are kept.
    public static final int BODY_KEPT = 64 * 1024;

    private final long number;
    private final RequestHead head;
    private final byte[] body;

    RawRequest(long number, RequestHead head, byte[] body) {
        this.number = number;
        this.head = head;
        this.body = body.length > BODY_KEPT ? Arrays.copyOf(body, BODY_KEPT) : body;
    }

    public long number() {
        return number;
    }

    public List<String> lines() {
        return head.lines().stream().map(KeyPrint::mask).toList();
    }

    public byte[] body() {
        return body;
    }
}
