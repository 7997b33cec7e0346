package dev.millrace.quickstart;

import dev.millrace.quickstart.platform.StartListener;
import java.time.Duration;

/// Tells on the console how a platform's start goes.
final class Start implements StartListener {

    private final Console console;

    Start(Console console) {
        this.console = console;
    }

    /// The platform begins to start.
    void begins() {
        console.line("starting:");
        console.passing("  PostgreSQL, Kafka and the services …");
    }

    @Override
    public void ready(String part, Duration took) {
        console.line("  %-14s ready after %5.1f s", part, took.toMillis() / 1000.0);
        console.passing("  …");
    }
}
