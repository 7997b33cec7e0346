package dev.millrace.quickstart.deploy;

import dev.millrace.quickstart.platform.Home;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The project's own files.
final class ProjectFiles {

    static final Path ROOT = Home.find().folder();

    private ProjectFiles() {}

    static Path file(String path) {
        return ROOT.resolve(path);
    }

    static String text(String path) {
        return text(file(path));
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /// The Java sources of all modules' programs, tests left out.
    static List<Path> mainSources() {
        return javaFiles("src/main/java");
    }

    static List<Path> testSources() {
        return javaFiles("src/test/java");
    }

    private static List<Path> javaFiles(String below) {
        try (var modules = Files.list(ROOT)) {
            return modules.map(module -> module.resolve(below))
                    .filter(Files::isDirectory)
                    .flatMap(ProjectFiles::javaFilesIn)
                    .sorted()
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static java.util.stream.Stream<Path> javaFilesIn(Path folder) {
        try (var files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
