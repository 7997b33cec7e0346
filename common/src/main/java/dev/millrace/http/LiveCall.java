package dev.millrace.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.jspecify.annotations.Nullable;

/// A call whose answer is coming. One thread reads it; any may close it.
public final class LiveCall implements AutoCloseable {

    private static final int MOST_LEFT = 16 * 1024;
    private static final Duration LAST_WAIT = Duration.ofMillis(250);

    private final Reply.Answered head;
    private final @Nullable HttpEntity entity;
    private final CountedBody body;
    private final CallWatch watch;
    private final int mostBytes;
    private final AtomicBoolean closed = new AtomicBoolean();

    LiveCall(ClassicHttpResponse response, CallWatch watch, int mostBytes) throws IOException {
        this.head = new Reply.Answered(response.getCode(), name -> firstHeader(response, name), new byte[0]);
        this.entity = response.getEntity();
        this.body = new CountedBody(entity == null ? InputStream.nullInputStream() : entity.getContent());
        this.watch = watch;
        this.mostBytes = mostBytes;
    }

    private static @Nullable String firstHeader(ClassicHttpResponse response, String name) {
        var header = response.getFirstHeader(name);
        return header == null ? null : header.getValue();
    }

    /// Status and headers, without the body.
    public Reply.Answered head() {
        return head;
    }

    public int status() {
        return head.status();
    }

    public InputStream body() {
        return body;
    }

    /// Cuts the call when this time has passed, whatever was said before, but never later than its deadline.
    public void expectWithin(Duration time) {
        watch.expectWithin(time);
    }

    /// Waits for nothing but the deadline, such as while the reader is busy with what came.
    public void expectNothing() {
        watch.expectNothing();
    }

    /// Reads the answer as one piece, at most [OutboundCall#mostBytes()] of it, and closes the call.
    ///
    /// @return `Answered` or `Lost`
    public Reply whole() {
        try (this) {
            try {
                return new Reply.Answered(head.status(), head.headers(), body.readNBytes(mostBytes));
            } catch (IOException failure) {
                return lostOrClosed(failure);
            }
        }
    }

    Reply.Lost lostOrClosed(IOException failure) {
        return lost(failure).orElseGet(() -> new Reply.Lost("closed", false));
    }

    /// What a failure to read means.
    ///
    /// @return empty where the call was closed on this side
    public Optional<Reply.Lost> lost(IOException failure) {
        return watch.reason() == CallWatch.Cut.CLOSED ? Optional.empty() : Optional.of(lost(failure, watch));
    }

    static Reply.Lost lost(IOException failure, CallWatch watch) {
        boolean timeout = watch.reason() != null && watch.reason() != CallWatch.Cut.CLOSED
                || failure instanceof SocketTimeoutException && !(failure instanceof ConnectTimeoutException);
        return new Reply.Lost(timeout ? "timeout" : describe(failure), timeout);
    }

    static String describe(IOException failure) {
        return failure.getClass().getSimpleName() + ": " + failure.getMessage();
    }

    /// Closes a call whose answer is whole: what is left of the body is awaited for a moment, so that the connection
    /// can be used again.
    public void finish() {
        if (!closed.get() && !isWhole()) {
            try {
                watch.expectWithin(LAST_WAIT);
                drain();
            } catch (IOException unimportant) {
                // The connection is lost, the answer is not.
            }
        }
        close();
    }

    private void drain() throws IOException {
        var rest = new byte[1024];
        int left = MOST_LEFT;
        while (left > 0) {
            int read = body.read(rest, 0, rest.length);
            if (read < 0) {
                return;
            }
            left -= read;
        }
    }

    private boolean isWhole() {
        return entity == null || body.wholly(entity.getContentLength());
    }

    /// Ends the call. A connection whose answer was read to its end is kept; any other is cut, for what is left may
    /// never end.
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (isWhole()) {
            watch.end();
            EntityUtils.consumeQuietly(entity);
        } else {
            watch.cut(CallWatch.Cut.CLOSED);
        }
    }
}
