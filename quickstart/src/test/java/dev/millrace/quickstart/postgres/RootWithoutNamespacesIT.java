package dev.millrace.quickstart.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.quickstart.OtherJvm;
import dev.millrace.quickstart.process.Folders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Root in a container that forbids user namespaces, played by a path on which there is no `unshare`.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class RootWithoutNamespacesIT {

    /// Starts a server twice and stops it, and says who ran it and where.
    public static final class Program {
        public static void main(String[] words) throws Exception {
            var postgres = EmbeddedPostgres.in(Path.of(words[0]))
                    .binaries(Path.of(words[1]))
                    .setting("shared_buffers", "16MB")
                    .build();
            postgres.start();
            try (var connection = postgres.connect("postgres")) {
                connection.createStatement().execute("create table kept as select 42 as answer");
            }
            postgres.stop();
            postgres.start();
            try (var connection = postgres.connect("postgres");
                    var result = connection.createStatement().executeQuery("select answer from kept")) {
                result.next();
                System.out.println("answer " + result.getInt(1));
            }
            long postmaster =
                    Long.parseLong(Files.readAllLines(postgres.dataFolder().resolve("postmaster.pid"))
                            .getFirst());
            System.out.println("user "
                    + Files.getOwner(Path.of("/proc", Long.toString(postmaster)))
                            .getName());
            System.out.println("folder " + postgres.dataFolder());
            postgres.stop();
            System.out.println("alive " + ProcessHandle.of(postmaster).isPresent());
            postgres.deleteData();
            System.out.println("deleted " + Files.notExists(postgres.dataFolder()));
        }
    }

    @TempDir
    Path folder;

    @TempDir
    Path programs;

    @BeforeEach
    void only_as_root_on_linux() throws IOException {
        assumeTrue(Files.exists(Path.of("/proc/self")));
        assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"setpriv", "runuser", "su"})
    void another_account_runs_the_server(String program) throws Exception {
        var become = program(program);
        assumeTrue(become.isPresent(), program + " is not installed");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));

        var said = run(folder.resolve("pg/data"), List.of(program));

        assertThat(said).contains("answer 42", "folder " + folder.resolve("pg/data"), "alive false", "deleted true");
        assertThat(said).anyMatch(line -> line.startsWith("user ")).doesNotContain("user root");
    }

    @Test
    void a_folder_that_the_other_account_cannot_reach_is_replaced_by_one_that_it_can() throws Exception {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));

        var said = run(folder.resolve("pg/data"), List.of("setpriv", "runuser", "su"));

        assertThat(said).contains("answer 42", "alive false", "deleted true");
        assertThat(said).anyMatch(line -> line.matches("folder /var/tmp/millrace-[0-9a-f]{8}/data"));
        for (var asked : List.of(folder.resolve("pg"), folder.resolve("binaries"))) {
            Folders.delete(Reachable.elsewhere(asked));
        }
    }

    private List<String> run(Path data, List<String> becoming) throws Exception {
        Files.setPosixFilePermissions(programs, PosixFilePermissions.fromString("rwxr-xr-x"));
        var needed = new ArrayList<>(List.of("sh", "id", "test", "true", "setsid", "kill"));
        needed.addAll(becoming);
        for (var name : needed) {
            var found = program(name);
            if (found.isPresent()) {
                Files.writeString(programs.resolve(name), "#!/bin/sh\nexec " + found.get() + " \"$@\"\n");
                Files.setPosixFilePermissions(programs.resolve(name), PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
        var binaries = Files.createDirectories(folder.resolve("binaries"));
        var process = OtherJvm.start(
                Program.class, Map.of("PATH", programs.toString()), data.toString(), binaries.toString());
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines().toList();
    }

    private static java.util.Optional<Path> program(String name) {
        return Arrays.stream(new String[] {"/usr/bin", "/bin", "/usr/sbin", "/sbin"})
                .map(where -> Path.of(where, name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
