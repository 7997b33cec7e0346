package dev.millrace.quickstart.process;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// POSIX signals to processes. The JDK can send two of them; the others go through the shell's `kill`.
public enum Signals {
    /// Asks for a clean stop.
    TERM,
    /// For PostgreSQL: ends the sessions and stops cleanly.
    INT,
    /// For PostgreSQL: stops at once, to recover at the next start.
    QUIT,
    /// Ends the process without its knowledge.
    KILL,
    /// Freezes the process.
    STOP,
    /// Lets a frozen process go on.
    CONT;

    /// Sends this signal to the processes. Those that no longer exist are passed over.
    ///
    /// @throws IllegalStateException if no shell can be run
    public void sendTo(List<Long> pids) {
        if (pids.isEmpty()) {
            return;
        }
        var command =
                new ArrayList<>(List.of("sh", "-c", "for p in \"$@\"; do kill -" + name() + " \"$p\"; done", "kill"));
        pids.forEach(pid -> command.add(Long.toString(pid)));
        try {
            var kill = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!kill.waitFor(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("kill -" + name() + " did not return");
            }
        } catch (IOException noShell) {
            throw new IllegalStateException("Cannot send SIG" + name() + ": no shell", noShell);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while sending SIG" + name(), interrupted);
        }
    }

    /// Sends this signal to one process.
    public void sendTo(long pid) {
        sendTo(List.of(pid));
    }
}
