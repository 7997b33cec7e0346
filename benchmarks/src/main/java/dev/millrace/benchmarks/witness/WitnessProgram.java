package dev.millrace.benchmarks.witness;

import dev.millrace.benchmarks.control.ControlServer;
import java.io.IOException;
import java.nio.file.Path;
import tools.jackson.databind.json.JsonMapper;

/// The receiver of webhooks as a program.
///
/// `trust` with `{"secrets": […]}` says with what the projects sign; `look` gives a [WitnessState], and with
/// `{"anew": true}` begins the latencies anew.
public final class WitnessProgram {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int CHECK_EVERY = 64;

    private WitnessProgram() {}

    /// Serves until the process ends.
    ///
    /// @param port      of 127.0.0.1 for webhooks
    /// @param control   of 127.0.0.1 to be commanded on
    /// @param tallyFile in which the number of jobs told is counted
    public static void run(int port, int control, Path tallyFile) throws IOException {
        var told = new Told(CHECK_EVERY, Tally.create(tallyFile));
        try (var loop = new WitnessLoop(port, told)) {
            ControlServer.start(control)
                    .on("trust", body -> {
                        told.trust(body.path("secrets")
                                .valueStream()
                                .map(secret -> secret.asString(""))
                                .toList());
                        return JSON.createObjectNode();
                    })
                    .on(
                            "look",
                            body -> JSON.valueToTree(told.look(body.path("anew").asBoolean(false))));
            loop.run();
        }
    }
}
