package dev.millrace.benchmarks.control;

/// Ends this process when the one that started it is gone, however that went.
public final class ParentWatch {

    private ParentWatch() {}

    /// @param parent process id; if it is gone already, this ends at once
    public static void endWith(long parent) {
        ProcessHandle.of(parent)
                .ifPresentOrElse(
                        handle -> {
                            var _ = handle.onExit().thenRun(() -> System.exit(1));
                        },
                        () -> System.exit(1));
    }
}
