package dev.millrace.quickstart.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A machine as the launcher sees it: a path, a home, the usual folders of JDKs, and the project, all below one folder.
/// Nothing that is installed here is seen there but the few tools of a shell.
final class MadeUpMachine {

    /// How a run ended and all that it said.
    record Ended(int code, String output) {}

    private static final List<String> TOOLS = List.of(
            "bash",
            "cat",
            "dirname",
            "env",
            "find",
            "grep",
            "head",
            "mkdir",
            "readlink",
            "rm",
            "sed",
            "sleep",
            "tail",
            "touch");

    private static final Pattern USUAL_FOLDERS = Pattern.compile("(?s)\n  for folder in (.*?); do\n");

    private final Path root;
    private final Path launcher;
    private final Map<String, String> environment = new TreeMap<>();
    private final List<Path> path = new ArrayList<>();

    MadeUpMachine(Path root) throws IOException {
        // As the launcher says it, which follows links.
        this.root = root.toRealPath();
        var tools = folder("tools");
        for (var tool : TOOLS) {
            Files.createSymbolicLink(tools.resolve(tool), installed(tool));
        }
        path.add(tools);
        environment.put("HOME", folder("home").toString());
        launcher = folder("project").resolve("millrace");
        Files.writeString(launcher, withItsUsualFoldersHere(ProjectFiles.text("millrace")));
        executable(launcher);
        wrapper(0);
    }

    private static Path installed(String tool) {
        return Stream.of(String.valueOf(System.getenv("PATH")).split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, tool))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError("There is no " + tool + " here"));
    }

    /// The script as it is, but for where the machine's own folders are: those of this machine may have a JDK.
    private String withItsUsualFoldersHere(String script) {
        var folders = USUAL_FOLDERS.matcher(script);
        assertThat(folders.find()).as("a list of folders").isTrue();
        var moved = folders.group(1).replaceAll("(?m)(^| )/", "$1" + root + "/");
        assertThat(moved.split(Pattern.quote(root.toString()), -1)).hasSizeGreaterThan(10);
        return script.substring(0, folders.start(1)) + moved + script.substring(folders.end(1));
    }

    /// A folder of this machine, by its path there or from the root.
    Path folder(String name) throws IOException {
        return Files.createDirectories(root.resolve(name.replaceFirst("^/", "")));
    }

    Path project() {
        return root.resolve("project");
    }

    MadeUpMachine variable(String name, Object value) {
        environment.put(name, value.toString());
        return this;
    }

    MadeUpMachine onThePath(Path folder) {
        path.addFirst(folder);
        return this;
    }

    /// A JDK that says of itself what it is as those that people install do.
    Path jdk(String folder, String version) throws IOException {
        var home = jdkWithoutARelease(folder, version);
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    /// As some distributions have them.
    Path jdkWithoutARelease(String folder, String version) throws IOException {
        var home = folder(folder);
        script(folder(folder + "/bin").resolve("java"), """
                case $1 in
                  -version) printf 'openjdk version "%s" 2025-09-16\\n' >&2 ;;
                  -XshowSettings:properties) printf '    java.home = %s\\n    java.version = %s\\n' >&2 ;;
                esac
                """.formatted(version, home, version));
        script(home.resolve("bin/javac"), "");
        return home;
    }

    /// A program in a folder that the path begins with.
    MadeUpMachine program(String name, String script) throws IOException {
        var bin = folder("usr/bin");
        script(bin.resolve(name), script);
        return path.contains(bin) ? this : onThePath(bin);
    }

    /// Maven as it is asked for its version; asked for anything else it tells how it was called.
    MadeUpMachine maven(String firstLine) throws IOException {
        return program("mvn", """
                [ "$1" = -v ] && { echo '%s'; exit; }
                echo "installed Maven, JAVA_HOME=$JAVA_HOME, $*"
                """.formatted(firstLine));
    }

    /// The project's own Maven, which tells how it was called.
    MadeUpMachine wrapper(int code) throws IOException {
        return wrapper("""
                echo "[ERROR] the wrapper, JAVA_HOME=$JAVA_HOME, $*"
                exit %d
                """.formatted(code));
    }

    MadeUpMachine wrapper(String script) throws IOException {
        script(project().resolve("mvnw"), script);
        return this;
    }

    /// Where a run's output is written as it comes.
    Path output() {
        return root.resolve("output");
    }

    private static void script(Path file, String script) throws IOException {
        Files.writeString(file, "#!/usr/bin/env bash\n" + script);
        executable(file);
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    Ended run(String... arguments) throws Exception {
        return run(launcher, arguments);
    }

    /// @param command the launcher, by a name of its own
    Ended run(Path command, String... arguments) throws Exception {
        var words = new ArrayList<String>();
        words.add(command.toString());
        words.addAll(List.of(arguments));
        var output = output();
        var builder = new ProcessBuilder(words)
                .directory(folder("elsewhere").toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment()
                .put(
                        "PATH",
                        String.join(
                                File.pathSeparator,
                                path.stream().map(Path::toString).toList()));
        var process = builder.start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended").isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Ended(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    }
}
