package dev.millrace.benchmarks.load;

import dev.millrace.benchmarks.control.ControlServer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The load generator as a program: it is told what to send, and asked how it went.
///
/// `start` with a [LoadPlan] begins; `state` gives a [LoadResult]; `stop` ends the sending.
public final class LoadProgram {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private @Nullable LoadLoop loop;

    private LoadProgram() {}

    /// @param port of 127.0.0.1 to be commanded on
    public static void run(int port) throws IOException {
        var program = new LoadProgram();
        ControlServer.start(port)
                .on("start", program::start)
                .on("state", body -> program.state())
                .on("stop", body -> program.stop());
    }

    private synchronized JsonNode start(JsonNode body) throws IOException {
        if (loop != null && !loop.result().done()) {
            throw new IllegalStateException("A load runs already");
        }
        var next = new LoadLoop(JSON.treeToValue(body, LoadPlan.class));
        loop = next;
        Thread.ofPlatform().name("load").start(() -> {
            try (next) {
                next.run();
            } catch (IOException gone) {
                // The result tells of it: what it could not send is missing there, and the first error says why.
                System.err.println("The load ended early: " + gone);
            }
        });
        return JSON.createObjectNode();
    }

    private synchronized JsonNode state() {
        if (loop == null) {
            throw new IllegalStateException("No load was started");
        }
        return JSON.valueToTree(loop.result());
    }

    private synchronized JsonNode stop() {
        if (loop != null) {
            loop.stop();
        }
        return JSON.createObjectNode();
    }
}
