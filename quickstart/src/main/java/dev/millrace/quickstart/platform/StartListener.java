package dev.millrace.quickstart.platform;

import java.time.Duration;

/// Hears how a platform's start goes. Called from several threads.
@FunctionalInterface
public interface StartListener {

    /// A part is ready.
    ///
    /// @param part what people call it: "PostgreSQL", "api-service" …
    /// @param took since the start of the platform
    void ready(String part, Duration took);
}
