package dev.millrace.api.sdk;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Another language's SDK, installed under `target`, and programs that use it. What is missing on this machine skips a
/// test, by name.
final class Toolchain {

    private static final int INSTALL_MINUTES = 3;
    private static final int RUN_SECONDS = 60;

    /// What a program said, and how it ended.
    record Run(int exit, String output) {}

    private Toolchain() {}

    /// The interpreter of an environment that has `openai` in it.
    static Path python(String version) {
        var home = Path.of("target", "sdk", "python-" + version).toAbsolutePath();
        var python = home.resolve("bin").resolve("python");
        if (!Files.exists(home.resolve("installed"))) {
            assumeTrue(works("python3", "--version"), "python3 is not on this machine");
            assumeTrue(
                    run(Map.of(), INSTALL_MINUTES * 60, "python3", "-m", "venv", home.toString())
                                    .exit()
                            == 0,
                    "python3 can't make environments (venv) on this machine");
            assumeTrue(
                    run(
                                            Map.of(),
                                            INSTALL_MINUTES * 60,
                                            python.toString(),
                                            "-m",
                                            "pip",
                                            "install",
                                            "--quiet",
                                            "openai==" + version)
                                    .exit()
                            == 0,
                    "openai " + version + " can't be installed from PyPI");
            mark(home);
        }
        return python;
    }

    /// A folder whose programs find `openai`.
    static Path node(String version) {
        var home = Path.of("target", "sdk", "node-" + version).toAbsolutePath();
        if (!Files.exists(home.resolve("installed"))) {
            assumeTrue(works("node", "--version"), "node is not on this machine");
            assumeTrue(works("npm", "--version"), "npm is not on this machine");
            assumeTrue(
                    run(
                                            Map.of(),
                                            INSTALL_MINUTES * 60,
                                            "npm",
                                            "install",
                                            "--no-audit",
                                            "--no-fund",
                                            "--prefix",
                                            home.toString(),
                                            "openai@" + version)
                                    .exit()
                            == 0,
                    "openai " + version + " can't be installed from npm");
            mark(home);
        }
        return home;
    }

    private static void mark(Path home) {
        try {
            Files.createFile(home.resolve("installed"));
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    private static boolean works(String... command) {
        return run(Map.of(), RUN_SECONDS, command).exit() == 0;
    }

    static Run run(Map<String, String> environment, String... command) {
        return run(environment, RUN_SECONDS, command);
    }

    private static Run run(Map<String, String> environment, int seconds, String... command) {
        try {
            var output = Files.createTempFile("millrace-sdk", ".log");
            var builder = new ProcessBuilder(new ArrayList<>(List.of(command)))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            var process = builder.start();
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return new Run(-1, "Not done in " + seconds + " s: " + Files.readString(output));
            }
            return new Run(process.exitValue(), Files.readString(output));
        } catch (IOException missing) {
            return new Run(-1, String.valueOf(missing.getMessage()));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return new Run(-1, "interrupted");
        }
    }

    /// A program among the tests' resources.
    static Path program(String name) {
        try (var in = Toolchain.class.getResourceAsStream("/sdk/" + name)) {
            if (in == null) {
                throw new IllegalArgumentException("No program " + name);
            }
            var file = Files.createTempDirectory("millrace-sdk").resolve(name);
            Files.write(file, in.readAllBytes());
            return file;
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }
}
