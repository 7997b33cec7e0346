package dev.millrace.quickstart.process;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// A program of ours in a JVM of its own, started from its jar. It can be asked to stop, killed, frozen, woken,
/// measured, and started again with the same settings. Its environment is what the builder was given and nothing else
/// of this process but [Environment#harmless()]; its working directory is a folder of its own, so that no `.env` or
/// `application.yml` of the place where somebody typed a command reaches it.
///
/// ```java
/// var worker = ServiceProcess.of("worker-1", jar).heap("320m").env("SERVER_PORT", "9081").log(log).build();
/// worker.start();
/// worker.awaitReady(URI.create("http://127.0.0.1:9081/readyz"), Duration.ofSeconds(30));
/// worker.kill();
/// ```
public final class ServiceProcess implements AutoCloseable {

    private static final long POLL_NANOS = Duration.ofMillis(25).toNanos();

    private final String name;
    private final String heap;
    private final List<String> command;
    private final Map<String, String> environment;
    private final Path workingDirectory;
    private final Path log;
    private final Child child;

    ServiceProcess(ServiceProcessBuilder builder) {
        name = builder.name;
        heap = builder.heap;
        command = builder.command();
        environment = Map.copyOf(builder.environment);
        log = builder.log;
        workingDirectory = builder.workingDirectory;
        var listener = builder.onUnexpectedExit;
        child = new Child(log, () -> listener.accept(this));
    }

    /// A process to be described further.
    ///
    /// @param name what people call it, as in "worker-1"
    /// @param jar  an executable jar
    public static ServiceProcessBuilder of(String name, Path jar) {
        return new ServiceProcessBuilder(name, jar);
    }

    /// Starts the program; returns at once. See [#awaitReady].
    ///
    /// @throws CannotContinue           if the system does not start it
    /// @throws IllegalStateException if it runs already
    public synchronized void start() {
        if (isAlive()) {
            throw new IllegalStateException(name + " runs already");
        }
        try {
            Files.createDirectories(workingDirectory);
            child.start(command, environment, Optional.of(workingDirectory));
        } catch (IOException notStarted) {
            throw new CannotContinue("Could not start " + name + ": " + notStarted.getMessage(), notStarted);
        }
    }

    /// Waits until a GET of `address` is answered with 200.
    ///
    /// @throws CannotContinue if the process ends before, or is not ready in time; its message ends with the log
    public void awaitReady(URI address, Duration time) {
        await(() -> Probe.status(address) == 200, time);
    }

    /// Waits until a GET of `address` is answered, with whatever status.
    ///
    /// @throws CannotContinue if the process ends before, or does not answer in time
    public void awaitAnswer(URI address, Duration time) {
        await(() -> Probe.status(address) != 0, time);
    }

    private void await(BooleanSupplier ready, Duration time) {
        long deadline = System.nanoTime() + time.toNanos();
        while (!ready.getAsBoolean()) {
            if (!isAlive()) {
                throw new CannotContinue("%s ended before it was ready (%s). The end of its log, %s:%n%s"
                        .formatted(name, exitText(), log, LogTail.of(log, 25)));
            }
            if (System.nanoTime() > deadline) {
                throw new CannotContinue("%s was not ready within %d s. The end of its log, %s:%n%s"
                        .formatted(name, time.toSeconds(), log, LogTail.of(log, 25)));
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /// Asks the program to stop (SIGTERM) and returns at once.
    public void requestStop() {
        child.unwanted();
        child.process().filter(Process::isAlive).ifPresent(running -> {
            Signals.CONT.sendTo(running.pid());
            running.destroy();
        });
    }

    /// Asks the program to stop (SIGTERM), waits, and ends it (SIGKILL) if it has not within that time.
    ///
    /// @return whether it stopped by itself
    public boolean terminate(Duration patience) {
        requestStop();
        if (awaitExit(patience)) {
            return true;
        }
        kill();
        return false;
    }

    /// [#terminate(Duration)] with 40 s, longer than a worker waits for its calls by default.
    public boolean terminate() {
        return terminate(Duration.ofSeconds(40));
    }

    /// Ends the program without its knowledge (SIGKILL) and waits until it is gone.
    public void kill() {
        child.unwanted();
        child.process().ifPresent(Process::destroyForcibly);
        if (!awaitExit(Duration.ofSeconds(20))) {
            throw new IllegalStateException(name + " is still there 20 s after SIGKILL");
        }
    }

    /// Stops the program in mid-instruction (SIGSTOP); its connections stay open and nothing answers.
    public void freeze() {
        Signals.STOP.sendTo(pid());
    }

    /// Lets a frozen program go on (SIGCONT).
    public void resume() {
        Signals.CONT.sendTo(pid());
    }

    /// Whether the program has ended within that time.
    public boolean awaitExit(Duration time) {
        var running = child.process();
        try {
            return running.isEmpty() || running.get().waitFor(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return !isAlive();
        }
    }

    public boolean isAlive() {
        return child.isAlive();
    }

    public String name() {
        return name;
    }

    /// The largest heap it may use, as given to the JVM: `320m`.
    public String heap() {
        return heap;
    }

    /// The file that its output is appended to.
    public Path log() {
        return log;
    }

    /// The process id of the present or last run.
    ///
    /// @throws IllegalStateException if it was never started
    public long pid() {
        return started().pid();
    }

    /// How the last run ended; empty while it runs. 128 + n stands for signal n.
    public Optional<Integer> exitCode() {
        var last = started();
        return last.isAlive() ? Optional.empty() : Optional.of(last.exitValue());
    }

    /// What it has used since its present start.
    public ProcessUsage usage() {
        return ProcessUsage.of(pid());
    }

    /// Kills the program if it still runs.
    @Override
    public void close() {
        kill();
    }

    @Override
    public String toString() {
        return child.process().map(last -> name + " (pid " + last.pid() + ")").orElse(name + " (not started)");
    }

    private Process started() {
        return child.process().orElseThrow(() -> new IllegalStateException(name + " was never started"));
    }

    private String exitText() {
        return exitCode().map(code -> "exit code " + code).orElse("still ending");
    }
}
