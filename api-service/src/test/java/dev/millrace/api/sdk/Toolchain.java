package dev.millrace.api.sdk;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Another language's SDK, installed under `target`, and programs that use it. What is missing on this machine skips a
/// test, by name.
final class Toolchain {

    private static final String INSTALLED = "installed";
    private static final int INSTALL_SECONDS = 180;
    private static final int RUN_SECONDS = 60;

    /// What a program said, and how it ended.
    record Run(int exit, String output) {}

    private Toolchain() {}

    /// Where something is installed.
    ///
    /// @param missing why it is not, if it is not
    record Home(Path path, Optional<String> missing) {

        /// Skips the test that has no use for itself without it.
        Path orSkip() {
            missing.ifPresent(reason -> assumeTrue(false, reason));
            return path;
        }
    }

    /// One step of an installation, and what is to be said if it fails.
    private record Step(String otherwise, int seconds, List<String> command) {

        static Step of(String otherwise, int seconds, String... command) {
            return new Step(otherwise, seconds, List.of(command));
        }

        boolean failed() {
            return run(Map.of(), seconds, command.toArray(String[]::new)).exit() != 0;
        }
    }

    /// The interpreter of an environment that has `openai` in it.
    static CompletableFuture<Home> python(String version) {
        var home = folder("python-" + version);
        var python = home.resolve("bin").resolve("python");
        return install(
                home,
                python,
                List.of(
                        Step.of("python3 is not on this machine", RUN_SECONDS, "python3", "--version"),
                        Step.of(
                                "python3 can't make environments (venv) on this machine",
                                INSTALL_SECONDS,
                                "python3",
                                "-m",
                                "venv",
                                home.toString()),
                        Step.of(
                                "openai " + version + " can't be installed from PyPI",
                                INSTALL_SECONDS,
                                python.toString(),
                                "-m",
                                "pip",
                                "install",
                                "--quiet",
                                "--disable-pip-version-check",
                                // What is imported is compiled then; the rest is never.
                                "--no-compile",
                                "openai==" + version)));
    }

    /// A folder whose programs find these packages.
    ///
    /// @param packages with their versions
    static CompletableFuture<Home> node(String... packages) {
        var home = folder("node-" + String.join("", packages).replaceAll("[^a-z0-9.]+", "-"));
        var command = new ArrayList<>(
                List.of("npm", "install", "--no-audit", "--no-fund", "--prefer-offline", "--prefix", home.toString()));
        command.addAll(List.of(packages));
        return install(
                home,
                home,
                List.of(
                        Step.of("node is not on this machine", RUN_SECONDS, "node", "--version"),
                        Step.of("npm is not on this machine", RUN_SECONDS, "npm", "--version"),
                        new Step(
                                String.join(" and ", packages) + " can't be installed from npm",
                                INSTALL_SECONDS,
                                List.copyOf(command))));
    }

    private static Path folder(String name) {
        return Path.of("target", "sdk", name).toAbsolutePath();
    }

    private static CompletableFuture<Home> install(Path folder, Path path, List<Step> steps) {
        return CompletableFuture.supplyAsync(
                () -> {
                    if (!Files.exists(folder.resolve(INSTALLED))) {
                        for (var step : steps) {
                            if (step.failed()) {
                                return new Home(path, Optional.of(step.otherwise()));
                            }
                        }
                        mark(folder);
                    }
                    return new Home(path, Optional.empty());
                },
                Thread::startVirtualThread);
    }

    private static void mark(Path home) {
        try {
            Files.createFile(home.resolve(INSTALLED));
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
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
