package dev.millrace.quickstart.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Processes that an earlier run left behind when it was killed. A process id alone proves nothing, since ids are used
/// again; a process is ours only if its command line says so.
public final class Orphans {

    private Orphans() {}

    /// The living process with that id whose command line has `mark` in it, up to the end of a word.
    public static Optional<ProcessHandle> find(long pid, String mark) {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(process -> (commandLine(process) + " ").contains(mark + " "));
    }

    /// The words of a process's command, joined by spaces; empty if they can't be read.
    static String commandLine(ProcessHandle process) {
        try {
            // ProcessHandle tells nothing of a process of another user, /proc does.
            var bytes = Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
            return new String(bytes, StandardCharsets.UTF_8).replace('\0', ' ');
        } catch (IOException noProc) {
            return process.info().commandLine().orElse("");
        }
    }

    /// Asks the processes to stop with `gently`, all at once, and after `patience` ends those that have not.
    public static void end(List<ProcessHandle> processes, Signals gently, Signals finallyBy, Duration patience) {
        if (processes.isEmpty()) {
            return;
        }
        var pids = processes.stream().map(ProcessHandle::pid).toList();
        gently.sendTo(pids);
        // A frozen process hears nothing but this.
        Signals.CONT.sendTo(pids);
        long deadline = System.nanoTime() + patience.toNanos();
        for (var process : processes) {
            if (!awaitExit(process, Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
                finallyBy.sendTo(process.pid());
                awaitExit(process, Duration.ofSeconds(10));
            }
        }
    }

    /// Whether the process has ended within that time.
    public static boolean awaitExit(ProcessHandle process, Duration time) {
        try {
            process.onExit().get(time.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException stillThere) {
            return !process.isAlive();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return !process.isAlive();
        }
    }
}
