package dev.millrace.benchmarks.stage;

import dev.millrace.benchmarks.machine.GcLog;
import dev.millrace.quickstart.platform.Heaps;
import dev.millrace.quickstart.platform.Home;
import dev.millrace.quickstart.platform.PlatformPorts;
import dev.millrace.quickstart.process.Ports;
import dev.millrace.quickstart.process.ServiceProcess;
import dev.millrace.quickstart.process.ServiceProcessBuilder;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/// The harness's own processes: Kafka, the load generator, the witness and the pass-through.
/// They run from this module's jar.
final class Children implements AutoCloseable {

    static final String KAFKA = "Kafka";
    static final String LOAD = "load";
    static final String WITNESS = "witness";

    static final String PASS_THROUGH = "pass-through";

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Home home;
    private final Path folder;
    private final int loadControl = Ports.free();
    private final int witnessControl = Ports.free();
    private final int witnessPort = Ports.free();
    private final ServiceProcess broker;
    private final ServiceProcess load;
    private final ServiceProcess witness;
    private final ServiceProcess passThrough;
    private final int passThroughPort = Ports.free();

    Children(Home home, Path folder, PlatformPorts ports, URI provider) {
        this.home = home;
        this.folder = folder;
        // As much heap as the JVM has that Kafka shares in the quickstart.
        broker = process(KAFKA, "256m")
                .args("broker", folder.resolve("kafka").toString())
                .args(Integer.toString(ports.kafka()), Integer.toString(ports.kafkaController()))
                .build();
        load = process(LOAD, "96m")
                .jvm("-XX:+UseSerialGC")
                .args("load", Integer.toString(loadControl))
                .build();
        witness = process(WITNESS, "256m")
                .jvm("-XX:+UseSerialGC")
                .args("witness", Integer.toString(witnessPort), Integer.toString(witnessControl))
                .args(tallyFile().toString())
                .build();
        // As much heap as api-service, beside which it is measured.
        passThrough = process(PASS_THROUGH, Heaps.API)
                .jvm("-XX:+UseG1GC")
                .args("pass-through", Integer.toString(passThroughPort))
                .args(text(provider))
                .build();
    }

    /// Starts the load generator and the witness, and waits for both.
    void startWitnesses() {
        load.start();
        witness.start();
        load.awaitAnswer(loadControl(), PATIENCE);
        witness.awaitAnswer(witnessControl(), PATIENCE);
    }

    private static String text(URI base) {
        var text = base.toString();
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    /// Starts the pass-through as well, which only some rows need.
    void startPassThrough() {
        passThrough.start();
        passThrough.awaitAnswer(URI.create("http://127.0.0.1:" + passThroughPort + "/"), PATIENCE);
    }

    ServiceProcess passThrough() {
        return passThrough;
    }

    int passThroughPort() {
        return passThroughPort;
    }

    ServiceProcess broker() {
        return broker;
    }

    ServiceProcess load() {
        return load;
    }

    ServiceProcess witness() {
        return witness;
    }

    URI loadControl() {
        return URI.create("http://127.0.0.1:" + loadControl + "/");
    }

    URI witnessControl() {
        return URI.create("http://127.0.0.1:" + witnessControl + "/");
    }

    int witnessPort() {
        return witnessPort;
    }

    /// Where the project of that number is told of its jobs.
    URI hook(int project) {
        return URI.create("http://127.0.0.1:" + witnessPort + "/hooks/" + project);
    }

    Path tallyFile() {
        return folder.resolve("tally");
    }

    Path gcLog(ServiceProcess child) {
        return folder.resolve("logs").resolve(child.name() + ".gc");
    }

    private ServiceProcessBuilder process(String name, String heap) {
        return ServiceProcess.of(name, home.jar("benchmarks"))
                .heap(heap)
                .jvm(GcLog.option(folder.resolve("logs").resolve(name + ".gc")))
                .workingDirectory(folder.resolve("work").resolve(name))
                .log(folder.resolve("logs").resolve(name + ".log"))
                .args("child", Long.toString(ProcessHandle.current().pid()));
    }

    @Override
    public void close() {
        load.kill();
        witness.kill();
        passThrough.kill();
        // Its data is thrown away with the stage.
        broker.kill();
    }
}
