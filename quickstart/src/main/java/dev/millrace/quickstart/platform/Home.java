package dev.millrace.quickstart.platform;

import dev.millrace.quickstart.process.CannotContinue;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/// The folder of the project, in which the services' jars are found.
///
/// @param folder   the folder with the `millrace` script
/// @param prepared where that script has unpacked the jars and keeps the caches of their starts, if it has
public record Home(Path folder, Optional<Path> prepared) {

    /// A project whose jars are run as they were built.
    public Home(Path folder) {
        this(folder, Optional.empty());
    }

    /// The folder named by the system property `millrace.home`, which the `millrace` script sets together with
    /// `millrace.prepared`; else the nearest one above the working directory that looks like it.
    ///
    /// @throws CannotContinue if there is none
    public static Home find() {
        var prepared =
                Optional.ofNullable(System.getProperty("millrace.prepared")).map(Path::of);
        var named = System.getProperty("millrace.home");
        if (named != null) {
            return new Home(Path.of(named).toAbsolutePath().normalize(), prepared);
        }
        for (var folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("quickstart/pom.xml")) && Files.exists(folder.resolve("common/pom.xml"))) {
                return new Home(folder, prepared);
            }
        }
        throw new CannotContinue(
                "The project's folder was not found: run this from inside it, or set -Dmillrace.home.");
    }

    /// What a module is run from.
    ///
    /// @throws CannotContinue if it has not been built
    Program program(String module) {
        return prepared.map(folder -> folder.resolve(module))
                .filter(Files::isDirectory)
                .flatMap(unpacked -> jarIn(unpacked, module))
                .map(jar -> new Program(jar, Optional.of(cache(module)).filter(Files::exists)))
                .orElseGet(() -> new Program(jar(module), Optional.empty()));
    }

    /// The file for what the JVM learns of a module's start.
    ///
    /// @throws IllegalStateException if nothing is prepared in this project
    Path cache(String module) {
        return prepared.orElseThrow(() -> new IllegalStateException("No folder for caches"))
                .resolve(module + ".aot");
    }

    /// The executable jar of a module, as it was built.
    ///
    /// @throws CannotContinue if it has not been built
    public Path jar(String module) {
        var target = folder.resolve(module).resolve("target");
        return jarIn(target, module)
                .orElseThrow(() -> new CannotContinue(
                        "The jar of " + module + " is missing from " + target + ": build it with ./millrace build."));
    }

    private static Optional<Path> jarIn(Path folder, String module) {
        var matcher = FileSystems.getDefault().getPathMatcher("glob:" + module + "-*-exec.jar");
        try (var files = Files.isDirectory(folder) ? Files.list(folder) : Stream.<Path>empty()) {
            return files.filter(file -> matcher.matches(file.getFileName())).max(Path::compareTo);
        } catch (IOException unreadable) {
            throw CannotContinue.because("The folder " + folder + " cannot be read", unreadable);
        }
    }

    /// Where things that outlive a run are kept by default: `.millrace` in the project.
    public Path state() {
        return folder.resolve(".millrace");
    }
}
