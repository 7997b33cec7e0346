package dev.millrace.benchmarks.load;

import dev.millrace.benchmarks.wire.Answers;
import dev.millrace.benchmarks.wire.EventStream;
import dev.millrace.benchmarks.wire.HttpMessages;
import dev.millrace.benchmarks.witness.Tally;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Carries out one plan, on one thread: a thread for each connection would spend more on being woken than the requests
/// themselves cost.
final class LoadLoop implements AutoCloseable {

    /// Numbers of requests, never the same twice in one process.
    private static final AtomicLong NUMBERS = new AtomicLong();

    /// How long answers are waited for while nothing comes, once nothing more is sent.
    private static final long PATIENCE = 30_000_000_000L;

    private final LoadPlan plan;
    private final Pace pace;
    private final Extent extent;
    private final List<RequestTemplate> templates;
    private final Selector selector;
    private final Ticker ticker;
    private final @Nullable Tally tally;
    private final List<LoadConnection> connections = new ArrayList<>();
    private final ArrayDeque<LoadConnection> idle = new ArrayDeque<>();
    private final List<LoadConnection> resting = new ArrayList<>();
    private final Counts counts = new Counts();
    private final ByteBuffer shared = ByteBuffer.allocateDirect(64 * 1024);
    private volatile boolean stopping;
    private Pacing pacing = new Pacing.AtOnce();
    private long sent;
    private long newsAt;

    LoadLoop(LoadPlan plan) throws IOException {
        this.plan = plan;
        pace = plan.pace();
        extent = plan.extent();
        templates = plan.senders().stream()
                .map(sender -> RequestTemplate.of(plan, sender))
                .toList();
        selector = Selector.open();
        ticker = new Ticker(selector);
        tally = pace.window() > 0 ? Tally.read(Path.of(pace.tallyFile())) : null;
    }

    LoadResult result() {
        return counts.result();
    }

    /// Sends nothing more; returns at once.
    void stop() {
        stopping = true;
        selector.wakeup();
    }

    /// Sends until the plan's end or [#stop()], and waits for the last answers.
    void run() throws IOException {
        try {
            for (int n = 0; n < pace.connections(); n++) {
                var connection = new LoadConnection(selector, plan.port(), newAnswers());
                connections.add(connection);
                idle.add(connection);
            }
            long beganAt = System.nanoTime();
            pacing = pacing(beganAt);
            counts.begin(beganAt, leadIn());
            send(beganAt);
            awaitAnswers();
        } finally {
            counts.endSending(System.nanoTime());
            counts.done();
            connections.forEach(LoadConnection::close);
        }
    }

    private Answers newAnswers() {
        return plan.streams() ? new EventStream(shared) : new HttpMessages();
    }

    private void send(long beganAt) throws IOException {
        long until = extent.seconds() > 0 ? beganAt + (long) (extent.seconds() * 1e9) : 0;
        while (!stopping) {
            long now = System.nanoTime();
            if (until != 0 && now - until >= 0 || extent.count() > 0 && sent >= extent.count()) {
                break;
            }
            long next = sendDue(now);
            if (until != 0) {
                next = Math.min(next, until);
            }
            await(next);
        }
        counts.endSending(System.nanoTime());
    }

    /// Sends what is due as far as there are idle connections.
    ///
    /// @return when something is due next; [Long#MAX_VALUE] if only answers can change that
    private long sendDue(long now) throws IOException {
        long rested = wakeRested(now);
        while (!idle.isEmpty() && (extent.count() == 0 || sent < extent.count())) {
            long next = pacing.next(now);
            if (next - now > 0) {
                return Math.min(next, rested);
            }
            start(idle.poll(), next);
        }
        return rested;
    }

    private void start(LoadConnection connection, long intendedAt) throws IOException {
        long number = NUMBERS.incrementAndGet();
        var template = templates.get((int) (sent % templates.size()));
        sent++;
        pacing.sent();
        try {
            connection.send(template, number, intendedAt);
            counts.sent(intendedAt, System.nanoTime());
        } catch (ConnectException gone) {
            // The server can't be reached any more.
            throw gone;
        } catch (IOException broke) {
            counts.sent(intendedAt, System.nanoTime());
            broke(connection, broke);
        }
    }

    private void await(long until) throws IOException {
        if (until == Long.MAX_VALUE) {
            ticker.never();
            selector.select(this::proceed);
            return;
        }
        if (until - System.nanoTime() <= 0) {
            selector.selectNow(this::proceed);
            return;
        }
        ticker.wakeAt(until);
        selector.select(this::proceed);
    }

    private void awaitAnswers() throws IOException {
        newsAt = System.nanoTime();
        while (idle.size() + resting.size() < connections.size() && System.nanoTime() - newsAt < PATIENCE) {
            selector.select(this::proceed, 100);
        }
    }

    private void proceed(SelectionKey key) {
        var connection = (LoadConnection) key.attachment();
        newsAt = System.nanoTime();
        try {
            if (connection.proceed()) {
                answered(connection);
            }
        } catch (IOException broke) {
            if (connection.isBusy()) {
                broke(connection, broke);
            } else {
                // The server has waited long enough for another request.
                connection.reconnect();
            }
        }
    }

    private void answered(LoadConnection connection) throws IOException {
        long now = System.nanoTime();
        var answer = connection.answers();
        int status = answer.status();
        if (answer instanceof EventStream stream && status / 100 == 2) {
            counts.streamed(stream, connection.intendedAt());
        }
        if (answer instanceof EventStream stream && status / 100 == 2 && !stream.isComplete()) {
            counts.cut(stream);
        } else {
            counts.answered(status, connection.intendedAt(), now, answer::body);
        }
        if ((status == 429 || status == 503) && answer.header("retry-after") == null) {
            counts.unhinted();
        }
        if (status / 100 == 2) {
            pacing.accepted();
        } else {
            pacing.refused();
        }
        long rest = pace.obeyRetryAfter() ? retryAfterSeconds(answer.header("retry-after")) : 0;
        connection.free();
        if (rest > 0) {
            connection.restUntil(now + rest * 1_000_000_000L);
            resting.add(connection);
        } else {
            idle.add(connection);
        }
    }

    private void broke(LoadConnection connection, IOException why) {
        counts.broken(why);
        pacing.refused();
        connection.reconnect();
        idle.add(connection);
    }

    /// @return when the next of those that still rest may go on
    private long wakeRested(long now) {
        long next = Long.MAX_VALUE;
        for (var sleepers = resting.iterator(); sleepers.hasNext(); ) {
            var connection = sleepers.next();
            if (connection.restsUntil() - now <= 0) {
                sleepers.remove();
                idle.add(connection);
            } else {
                next = Math.min(next, connection.restsUntil());
            }
        }
        return next;
    }

    private Pacing pacing(long beganAt) {
        if (tally == null) {
            return pace.rate() > 0 ? new Pacing.AtRate(beganAt, pace.rate()) : atOnce(beganAt);
        }
        var within = new Pacing.Within(pace.window(), tally::get);
        return pace.rate() > 0 ? new Pacing.Both(new Pacing.AtRate(beganAt, pace.rate()), within) : within;
    }

    private Pacing atOnce(long beganAt) {
        // The connections are all there in the middle of the lead-in, and have the rest of it for themselves.
        return extent.leadIn() > 0
                ? new Pacing.OneByOne(beganAt, leadIn() / 2, pace.connections())
                : new Pacing.AtOnce();
    }

    private long leadIn() {
        return (long) (extent.leadIn() * 1e9);
    }

    private static long retryAfterSeconds(@Nullable String header) {
        if (header == null || !header.matches("\\d{1,4}")) {
            return 0;
        }
        return Long.parseLong(header);
    }

    @Override
    public void close() throws IOException {
        ticker.close();
        selector.close();
    }
}
