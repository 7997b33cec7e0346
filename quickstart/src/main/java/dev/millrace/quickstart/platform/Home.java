package dev.millrace.quickstart.platform;

import dev.millrace.quickstart.process.CannotContinue;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/// The folder of the project, in which the services' jars are found.
///
/// @param folder the folder with the `millrace` script
public record Home(Path folder) {

    /// The folder named by the system property `millrace.home`, which the `millrace` script sets; else the nearest one
    /// above the working directory that looks like it.
    ///
    /// @throws CannotContinue if there is none
    public static Home find() {
        var named = System.getProperty("millrace.home");
        if (named != null) {
            return new Home(Path.of(named).toAbsolutePath().normalize());
        }
        for (var folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("quickstart/pom.xml")) && Files.exists(folder.resolve("common/pom.xml"))) {
                return new Home(folder);
            }
        }
        throw new CannotContinue(
                "The project's folder was not found: run this from inside it, or set -Dmillrace.home.");
    }

    /// The executable jar of a module.
    ///
    /// @throws CannotContinue if it has not been built
    public Path jar(String module) {
        var target = folder.resolve(module).resolve("target");
        var matcher = FileSystems.getDefault().getPathMatcher("glob:" + module + "-*-exec.jar");
        try (var files = Files.isDirectory(target) ? Files.list(target) : java.util.stream.Stream.<Path>empty()) {
            return files.filter(file -> matcher.matches(file.getFileName()))
                    .max(Comparator.comparingLong(file -> file.toFile().lastModified()))
                    .orElseThrow(() -> new CannotContinue("The jar of " + module + " is missing from " + target
                            + ": build it with ./millrace build."));
        } catch (IOException unreadable) {
            throw CannotContinue.because("The folder " + target + " cannot be read", unreadable);
        }
    }

    /// Where things that outlive a run are kept by default: `.millrace` in the project.
    public Path state() {
        return folder.resolve(".millrace");
    }
}
