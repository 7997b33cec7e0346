package dev.millrace.api.chat;

import dev.millrace.api.call.CallerGoneException;
import dev.millrace.api.problem.Problem;
import dev.millrace.api.problem.Problems;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;

/// The side of a stream that its caller sees: nothing at all, not even a status, until it is opened; then events, and a
/// comment whenever nothing has come for a while. A caller who can't be written to any more is gone.
final class EventOutlet implements AutoCloseable {

    private static final byte[] DATA = bytes("data: ");
    private static final byte[] END = bytes("\n\n");
    private static final byte[] PING = bytes(": ping\n\n");
    private static final byte[] DONE = bytes("data: [DONE]\n\n");

    private final HttpServletResponse response;
    private final Pings pings;
    private final long pingNanos;
    private final Runnable whenGone;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile long lastSign = System.nanoTime();
    private volatile Future<?> nextLook;
    private boolean opened;
    private volatile boolean closed;

    /// @param pingAfter how long the caller goes without a sign of life
    /// @param whenGone told once a ping finds the caller gone
    EventOutlet(HttpServletResponse response, Pings pings, Duration pingAfter, Runnable whenGone) {
        this.response = response;
        this.pings = pings;
        this.pingNanos = pingAfter.toNanos();
        this.whenGone = whenGone;
        this.nextLook = pings.after(pingAfter, this::look);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /// Sends the status and the headers, unless a ping has done so before; what they say is then not sent.
    void open(Map<String, String> headers) throws IOException {
        lock.lock();
        try {
            openLocked(headers);
        } finally {
            lock.unlock();
        }
    }

    private void openLocked(Map<String, String> headers) throws IOException {
        if (opened) {
            return;
        }
        opened = true;
        response.setStatus(200);
        headers.forEach(response::setHeader);
        response.setContentType("text/event-stream");
        response.setHeader("cache-control", "no-cache");
        response.setHeader("x-accel-buffering", "no");
    }

    /// Ends it before anything has left.
    ///
    /// @return false if a ping was first
    boolean closeUnopened() {
        lock.lock();
        try {
            if (opened) {
                return false;
            }
            closed = true;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// @param flush whether it has to leave now, because nothing more is there yet
    void event(byte[] json, boolean flush) throws IOException {
        lock.lock();
        try {
            if (closed) {
                throw new CallerGoneException();
            }
            write(json, flush);
        } finally {
            lock.unlock();
        }
    }

    private void write(byte[] json, boolean flush) throws IOException {
        lock.lock();
        try {
            var out = response.getOutputStream();
            out.write(DATA);
            out.write(json);
            out.write(END);
            if (flush) {
                out.flush();
                lastSign = System.nanoTime();
            }
        } finally {
            lock.unlock();
        }
    }

    void done() throws IOException {
        lock.lock();
        try {
            if (closed) {
                throw new CallerGoneException();
            }
            closed = true;
            response.getOutputStream().write(DONE);
            response.getOutputStream().flush();
        } finally {
            lock.unlock();
        }
    }

    /// An error as the last event.
    void fail(Problem problem) throws IOException {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                write(Problems.body(problem), true);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Ends it from another thread, with an error as its last event.
    void end(Problem problem) {
        lock.lock();
        try {
            if (!closed) {
                openLocked(Map.of());
                fail(problem);
            }
        } catch (IOException gone) {
            closed = true;
        } finally {
            lock.unlock();
            whenGone.run();
        }
    }

    /// On the clock's thread: whether it is time for a ping, which is written on a thread of its own, since it may
    /// wait.
    private void look() {
        if (closed) {
            return;
        }
        long left = pingNanos - (System.nanoTime() - lastSign);
        if (left > 0) {
            nextLook = pings.after(Duration.ofNanos(left), this::look);
        } else {
            Thread.ofVirtual().name("stream-ping").start(this::ping);
        }
    }

    private void ping() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            openLocked(Map.of());
            response.getOutputStream().write(PING);
            response.getOutputStream().flush();
            lastSign = System.nanoTime();
            nextLook = pings.after(Duration.ofNanos(pingNanos), this::look);
        } catch (IOException gone) {
            closed = true;
            whenGone.run();
        } finally {
            lock.unlock();
        }
    }

    /// Nothing is written after this, by a ping either.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            nextLook.cancel(false);
        } finally {
            lock.unlock();
        }
    }
}
