package dev.millrace.benchmarks.row;

import dev.millrace.benchmarks.stage.Bench;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A provider that has been sent as many calls as it may have at once, and answers none of them until this is closed.
final class Hung implements AutoCloseable {

    private final Bench bench;
    private final String hold;
    private final List<Socket> callers = new ArrayList<>();

    private Hung(Bench bench) {
        this.bench = bench;
        this.hold = bench.simulator().holdAnswers("chat", Calling.PLAYED_HUNG, Calling.HUNG_CALLS);
    }

    /// Returns when all its places are taken.
    static Hung fill(Bench bench) {
        var hung = new Hung(bench);
        try {
            hung.call();
            return hung;
        } catch (IOException failure) {
            hung.close();
            throw new UncheckedIOException("The hanging calls could not be made", failure);
        } catch (RuntimeException | Error failure) {
            hung.close();
            throw failure;
        }
    }

    private void call() throws IOException {
        var port = bench.platform().baseUrl().getPort();
        var body = "{\"model\":\"" + Calling.HUNG + "\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";
        for (int i = 0; i < Calling.HUNG_CALLS; i++) {
            var project = bench.projects().get(i % bench.projects().size());
            var caller = new Socket("127.0.0.1", port);
            callers.add(caller);
            caller.getOutputStream().write("""
                    POST /v1/chat/completions HTTP/1.1\r
                    Host: 127.0.0.1:%d\r
                    Authorization: Bearer %s\r
                    Content-Type: application/json\r
                    Content-Length: %d\r
                    \r
                    %s""".formatted(port, project.apiKey(), body.length(), body)
                    .getBytes(StandardCharsets.US_ASCII));
        }
        long held = bench.simulator().held(hold, Calling.HUNG_CALLS);
        if (held < Calling.HUNG_CALLS) {
            throw new IllegalStateException("Only " + held + " of " + Calling.HUNG_CALLS + " calls hang");
        }
    }

    /// Its calls are answered, so that the next run finds its places free.
    @Override
    public void close() {
        bench.simulator().release(hold);
        for (var caller : callers) {
            try (caller) {
                caller.setSoTimeout(10_000);
                if (caller.getInputStream().read() < 0) {
                    throw new IOException("The service hung up");
                }
            } catch (IOException broken) {
                throw new UncheckedIOException("A hanging call came to nothing", broken);
            }
        }
    }
}
