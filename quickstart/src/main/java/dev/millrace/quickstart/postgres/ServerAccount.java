package dev.millrace.quickstart.postgres;

import dev.millrace.quickstart.process.CannotContinue;
import dev.millrace.quickstart.process.Detached;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// As whom PostgreSQL runs. It refuses to run as root, which is what containers and many build machines give us.
sealed interface ServerAccount {

    /// The command that runs `command` under this account.
    List<String> wrap(List<String> command);

    /// Makes the folder and what is in it belong to this account.
    default void own(Path folder) throws IOException {}

    /// Whether this account can reach the folder.
    default boolean reaches(Path folder) {
        return true;
    }

    /// The account of this process is nobody special: PostgreSQL runs as the same.
    record Same() implements ServerAccount {
        @Override
        public List<String> wrap(List<String> command) {
            return command;
        }
    }

    /// We are root in name, and the kernel gives PostgreSQL a user namespace in which it is not. The files stay ours.
    record UserNamespace() implements ServerAccount {
        @Override
        public List<String> wrap(List<String> command) {
            return concat(List.of("unshare", "-U"), command);
        }
    }

    /// We are root, without user namespaces: PostgreSQL runs as an account that owns its folder.
    record Other(String user, List<String> become) implements ServerAccount {
        @Override
        public List<String> wrap(List<String> command) {
            return concat(become, command);
        }

        @Override
        public void own(Path folder) throws IOException {
            UserPrincipal owner =
                    folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user);
            if (owner.equals(Files.getOwner(folder))) {
                return;
            }
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.setAttribute(file, "posix:owner", owner, LinkOption.NOFOLLOW_LINKS);
                    return FileVisitResult.CONTINUE;
                }

                // The folder itself comes last: it says whether all of this has been done.
                @Override
                public FileVisitResult postVisitDirectory(
                        Path inside, @org.jspecify.annotations.Nullable IOException failure) throws IOException {
                    if (failure != null) {
                        throw failure;
                    }
                    Files.setAttribute(inside, "posix:owner", owner);
                    return FileVisitResult.CONTINUE;
                }
            });
        }

        @Override
        public boolean reaches(Path folder) {
            return succeeds(wrap(List.of("test", "-x", folder.toString())));
        }
    }

    /// The account for this machine.
    ///
    /// @throws CannotContinue if we are root and there is no way to be somebody else
    static ServerAccount choose() {
        if (!isRoot()) {
            return new Same();
        }
        // `id -u` inside: some kernels allow the call and leave us root all the same.
        if (Detached.onPath("unshare") && succeeds(List.of("unshare", "-U", "sh", "-c", "test \"$(id -u)\" != 0"))) {
            return new UserNamespace();
        }
        return other().orElseThrow(() -> new CannotContinue(
                "PostgreSQL does not run as root, and neither user namespaces nor another account could be used"
                        + " here: start as another user."));
    }

    private static Optional<ServerAccount> other() {
        for (var user : List.of("postgres", "nobody", "daemon")) {
            var ways = List.of(
                    List.of("setpriv", "--reuid=" + user, "--regid=" + groupOf(user), "--clear-groups", "--"),
                    List.of("runuser", "-u", user, "--"),
                    List.of("su", "-s", "/bin/sh", user, "-c", "exec \"$0\" \"$@\"", "--"));
            for (var become : ways) {
                if (Detached.onPath(become.getFirst()) && succeeds(concat(become, List.of("true")))) {
                    return Optional.of(new Other(user, become));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isRoot() {
        return output(List.of("id", "-u")).filter("0"::equals).isPresent();
    }

    private static String groupOf(String user) {
        return output(List.of("id", "-g", user)).orElse(user);
    }

    private static boolean succeeds(List<String> command) {
        return output(command).isPresent();
    }

    /// What the command prints, stripped; empty if it can't be run or fails.
    private static Optional<String> output(List<String> command) {
        try {
            var process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            var text = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0
                    ? Optional.of(text.strip())
                    : Optional.empty();
        } catch (IOException notThere) {
            return Optional.empty();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static List<String> concat(List<String> first, List<String> then) {
        var all = new ArrayList<>(first);
        all.addAll(then);
        return all;
    }
}
