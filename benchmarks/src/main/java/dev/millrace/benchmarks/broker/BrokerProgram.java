package dev.millrace.benchmarks.broker;

import dev.millrace.quickstart.broker.EmbeddedBroker;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/// The quickstart's broker as a program of its own.
public final class BrokerProgram {

    private BrokerProgram() {}

    /// Serves until the process ends.
    ///
    /// @param folder     for its data
    /// @param port       of 127.0.0.1 for clients
    /// @param controller the broker's own port, for itself
    public static void run(Path folder, int port, int controller) {
        var gaveUp = new CountDownLatch(1);
        var broker = EmbeddedBroker.in(folder)
                .port(port)
                .controllerPort(controller)
                .onFailure(gaveUp::countDown)
                .build();
        Runtime.getRuntime().addShutdownHook(new Thread(broker::stop, "stop"));
        broker.start();
        try {
            gaveUp.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        System.exit(1);
    }
}
