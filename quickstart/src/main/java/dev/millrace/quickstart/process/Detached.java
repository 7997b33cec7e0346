package dev.millrace.quickstart.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// Puts a child into a session of its own. Ctrl-C in a terminal reaches every process of the foreground group at once;
/// the children must hear of it from their parent, in order, so that the database outlives those who write to it.
public final class Detached {

    private static final List<String> PREFIX = find();

    private Detached() {}

    /// The words before a command that give it a session of its own and then become it, keeping the process id. Empty
    /// where the system has no means for it.
    public static List<String> prefix() {
        return PREFIX;
    }

    private static List<String> find() {
        if (onPath("setsid")) {
            return List.of("setsid");
        }
        // macOS has no setsid program, but Perl.
        if (onPath("perl")) {
            return List.of("perl", "-MPOSIX", "-e", "POSIX::setsid(); exec { $ARGV[0] } @ARGV or exit 127", "--");
        }
        return List.of();
    }

    /// Whether a program of that name can be run.
    public static boolean onPath(String program) {
        return Arrays.stream(
                        System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(File.pathSeparator))
                .map(folder -> Path.of(folder, program))
                .anyMatch(Files::isExecutable);
    }
}
