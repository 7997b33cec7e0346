package dev.millrace.quickstart.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The launcher on machines of all kinds: which JDK and which Maven it takes, and what it says where there is none. No
/// JDK and no Maven runs: those of the machines tell how they were called.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class LauncherTest {

    private static final String NO_JDK = "millrace: no JDK 25 was found (looked at JAVA_HOME, java on the path and the"
            + " usual folders): install one, for example from https://adoptium.net, or set JAVA_HOME.\n";

    @TempDir
    Path root;

    MadeUpMachine machine;

    @BeforeEach
    void make_up_a_machine() throws IOException {
        machine = new MadeUpMachine(root);
    }

    /// The JDK that `./millrace test` gives to the wrapper.
    private void assertThatItTakes(Path jdk) throws Exception {
        assertThat(machine.run("test", "-Dtest=One"))
                .isEqualTo(new MadeUpMachine.Ended(
                        0, "[ERROR] the wrapper, JAVA_HOME=" + jdk + ", -B -ntp -T 2 verify -Dtest=One\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "up", "key", "hold", "delivery", "bench", "build", "prepare", "test"})
    void without_a_jdk_every_command_says_one_sentence_and_ends(String command) throws Exception {
        assertThat(machine.run(command)).isEqualTo(new MadeUpMachine.Ended(1, NO_JDK));
        assertThat(machine.project().resolve("target")).doesNotExist();
    }

    @Test
    void help_needs_none() throws Exception {
        for (var arguments : new String[][] {{}, {"help"}, {"--help"}, {"-h"}}) {
            var ended = machine.run(arguments);
            assertThat(ended.code()).isZero();
            assertThat(ended.output()).startsWith("Millrace: ").contains("./millrace demo ");
        }
    }

    @Test
    void an_unknown_command_is_named_in_one_sentence() throws Exception {
        assertThat(machine.run("dmeo"))
                .isEqualTo(new MadeUpMachine.Ended(
                        1, "millrace: there is no command \"dmeo\"; ./millrace help lists them.\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "JAVA25_HOME",
                "JAVA_25_HOME",
                "JDK25_HOME",
                "JDK_25_HOME",
                "JAVA_HOME_25_X64",
                "JAVA_HOME_25_ARM64",
                "JAVA_HOME",
                "JDK_HOME"
            })
    void a_variable_names_it(String variable) throws Exception {
        var jdk = machine.jdk("somewhere/a jdk", "25.0.1");
        machine.variable(variable, jdk);
        assertThatItTakes(jdk);
    }

    @Test
    void a_variable_for_25_goes_before_java_home_and_this_before_the_path_and_the_usual_folders() throws Exception {
        machine.jdk("/usr/lib/jvm/jdk-25", "25");
        var onThePath = machine.jdk("on/the/path", "25");
        machine.onThePath(onThePath.resolve("bin"));
        assertThatItTakes(onThePath);

        var javaHome = machine.jdk("java/home", "25");
        machine.variable("JAVA_HOME", javaHome);
        assertThatItTakes(javaHome);

        var for25 = machine.jdk("for/25", "25");
        machine.variable("JAVA25_HOME", for25);
        assertThatItTakes(for25);
    }

    @ParameterizedTest
    @ValueSource(strings = {"25", "25.0.1", "25.0.1.1", "25-ea", "25+36"})
    void every_25_will_do(String version) throws Exception {
        var jdk = machine.jdk("jdk", version);
        machine.variable("JAVA_HOME", jdk);
        assertThatItTakes(jdk);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.8.0_462", "17.0.16", "21", "24.0.2", "26", "26-ea", "125", "250"})
    void no_other_will(String version) throws Exception {
        machine.variable("JAVA_HOME", machine.jdk("named", version));
        machine.onThePath(machine.jdk("path", version).resolve("bin"));
        machine.jdk("/usr/lib/jvm/other", version);
        assertThat(machine.run("test")).isEqualTo(new MadeUpMachine.Ended(1, NO_JDK));
    }

    @Test
    void a_jdk_without_a_file_that_says_its_version_is_asked_for_it() throws Exception {
        machine.variable("JAVA_HOME", machine.jdkWithoutARelease("named", "24.0.2"));
        var jdk = machine.jdkWithoutARelease("/usr/lib/jvm/java-25", "25.0.1");
        assertThatItTakes(jdk);
    }

    @Test
    void where_java_home_is_old_or_missing_it_looks_on() throws Exception {
        var jdk = machine.jdk("on/the/path", "25.0.1");
        machine.onThePath(jdk.resolve("bin"));

        machine.variable("JAVA_HOME", machine.jdk("old", "21.0.8"));
        assertThatItTakes(jdk);

        machine.variable("JAVA_HOME", root.resolve("gone"));
        assertThatItTakes(jdk);

        machine.variable("JAVA_HOME", "");
        assertThatItTakes(jdk);
    }

    @Test
    void a_java_without_a_compiler_is_no_jdk() throws Exception {
        var jre = machine.jdk("/usr/lib/jvm/jre-25", "25.0.1");
        Files.delete(jre.resolve("bin/javac"));
        machine.variable("JAVA_HOME", jre).onThePath(jre.resolve("bin"));
        assertThat(machine.run("test")).isEqualTo(new MadeUpMachine.Ended(1, NO_JDK));

        var jdk = machine.jdk("/usr/lib/jvm/z-25", "25.0.1");
        assertThatItTakes(jdk);
    }

    @Test
    void a_shim_on_the_path_is_asked_where_its_jdk_is() throws Exception {
        var jdk = machine.jdk("home/.tool/jdks/25", "25.0.1");
        machine.program("java", "exec '" + jdk.resolve("bin/java") + "' \"$@\"\n");
        assertThatItTakes(jdk);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // A shim without a version that is chosen, and the stub of a machine that never had one.
                "echo 'No version is set for command java' >&2; exit 126",
                "echo 'Unable to locate a Java Runtime.' >&2; exit 1",
                "exit 0"
            })
    void a_java_on_the_path_that_does_not_run_is_passed_over(String script) throws Exception {
        machine.program("java", script + "\n");
        var jdk = machine.jdk("/usr/lib/jvm/jdk-25", "25.0.1");
        assertThatItTakes(jdk);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/usr/lib/jvm/temurin-25-jdk-amd64",
                "/usr/lib64/jvm/java-25",
                "/usr/java/jdk-25",
                "/opt/java/openjdk",
                "/opt/java",
                "/opt/jdk-25",
                "/opt/openjdk-25",
                "/usr/local/openjdk-25",
                "/usr/local/java/jdk-25",
                "/Library/Java/JavaVirtualMachines/temurin-25.jdk/Contents/Home",
                "/opt/homebrew/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home",
                "/usr/local/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home",
                "home/.sdkman/candidates/java/25.0.1-tem",
                "home/.jdks/openjdk-25",
                "home/.m2/jdks/25",
                "home/.gradle/jdks/25",
                "home/.asdf/installs/java/temurin-25",
                "home/.local/share/mise/installs/java/25",
                "home/.jenv/versions/25",
                "home/.jabba/jdk/25",
                "home/Library/Java/JavaVirtualMachines/jdk 25/Contents/Home",
            })
    void it_looks_where_jdks_usually_are(String folder) throws Exception {
        machine.jdk("/usr/lib/jvm/a-21", "21.0.8");
        var jdk = machine.jdk(folder, "25.0.1");
        assertThatItTakes(jdk);
    }

    @Test
    void a_machine_without_a_home_has_the_other_folders() throws Exception {
        machine.variable("HOME", "");
        var jdk = machine.jdk("/usr/lib/jvm/jdk-25", "25.0.1");
        assertThatItTakes(jdk);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Apache Maven 3.8.7",
                "Apache Maven 3.8.8 (4c87b05d9aedce574290d1acc98575ed5eb6cd39)",
                "Apache Maven 3.9.9 (8e8579a9e76f7d015ee5ec7bfcdc97d260186937)",
                "Apache Maven 3.10.0",
                "Apache Maven 4.0.0-rc-5 (fb3ecaef88106acb40467a450248dfdbd75f3b35)",
                "Apache Maven 10.0"
            })
    void an_installed_maven_of_3_8_7_or_later_is_taken(String version) throws Exception {
        var jdk = machine.jdk("jdk", "25.0.1");
        machine.variable("JAVA_HOME", jdk).maven(version);
        assertThat(machine.run("test", "-Dtest=One"))
                .isEqualTo(new MadeUpMachine.Ended(
                        0, "installed Maven, JAVA_HOME=" + jdk + ", -B -ntp -T 2 verify -Dtest=One\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Apache Maven 3.8.6 (84538c9988a25aec085021c365c560670ad80f63)",
                "Apache Maven 3.8",
                "Apache Maven 3.6.3",
                "Apache Maven 2.2.1",
                "something else"
            })
    void the_wrapper_takes_the_place_of_one_that_is_too_old(String version) throws Exception {
        var jdk = machine.jdk("jdk", "25.0.1");
        machine.variable("JAVA_HOME", jdk).maven(version);
        assertThatItTakes(jdk);
    }

    @Test
    void and_of_one_that_does_not_run() throws Exception {
        var jdk = machine.jdk("jdk", "25.0.1");
        machine.variable("JAVA_HOME", jdk).program("mvn", "echo 'No version is set for command mvn' >&2; exit 126\n");
        assertThatItTakes(jdk);
    }

    @Test
    void a_maven_that_fails_ends_the_tests_as_it_ended() throws Exception {
        machine.variable("JAVA_HOME", machine.jdk("jdk", "25.0.1")).wrapper(3);
        assertThat(machine.run("test", "-Dtest=One").code()).isEqualTo(3);
    }

    @Test
    void a_build_that_fails_shows_its_errors_and_where_the_rest_is() throws Exception {
        var jdk = machine.jdk("jdk", "25.0.1");
        machine.variable("JAVA_HOME", jdk).wrapper(1);
        var ended = machine.run("build");
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.output())
                .contains("[ERROR] the wrapper, JAVA_HOME=" + jdk + ", -B -ntp -Dquick -pl common,simulator,")
                .endsWith("\nmillrace: the build failed; all of its output is in "
                        + machine.project().resolve("target/build.log") + "\n");
    }

    /// The build goes on when a line has been seen, so that no machine is too fast for it.
    @Test
    void a_build_tells_what_it_is_at_and_that_it_still_is() throws Exception {
        machine.variable("JAVA_HOME", machine.jdk("jdk", "25.0.1"));
        machine.wrapper("""
                until_told() { for i in {1..600}; do ! grep -q "$1" "%s" || return 0; sleep 0.1; done; exit 2; }
                until_told 'building: fetching what the build needs'
                echo '[INFO] Building Millrace :: common 0.1                      [2/7]'
                until_told 'building: common .2/7.'
                until_told 'building: still at common .2/7., [0-9]* s'
                echo '[INFO] Building Millrace :: api-service 0.1                 [3/7]'
                until_told 'building: api-service .3/7.'
                exit 1
                """.formatted(machine.output()));

        assertThat(machine.run("build").output().lines().filter(line -> line.startsWith("building: ")))
                .hasSize(4);
    }

    @Test
    void what_a_build_before_has_left_of_deleted_files_is_not_built_in() throws Exception {
        var left = machine.project().resolve("common/target/classes/db/migration/V011__renumbered.sql");
        Files.createDirectories(left.getParent());
        Files.writeString(left, "select 1;");
        machine.variable("JAVA_HOME", machine.jdk("jdk", "25.0.1")).wrapper(1);

        machine.run("build");

        assertThat(left).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"up", "build", "test"})
    void where_a_file_is_in_the_folders_place_nothing_is_built_and_one_sentence_says_so(String command)
            throws Exception {
        machine.variable("JAVA_HOME", machine.jdk("jdk", "25.0.1"));
        Files.writeString(machine.project().resolve("target"), "no folder");
        assertThat(machine.run(command)).isEqualTo(cannotBeWritten());
    }

    @Test
    void nor_in_a_folder_of_somebody_else() throws Exception {
        machine.variable("JAVA_HOME", machine.jdk("jdk", "25.0.1"));
        var permissions = Files.getPosixFilePermissions(machine.project());
        Files.setPosixFilePermissions(machine.project(), PosixFilePermissions.fromString("r-xr-xr-x"));
        try {
            assumeFalse(Files.isWritable(machine.project()), "root may write everywhere");
            assertThat(machine.run("build")).isEqualTo(cannotBeWritten());
        } finally {
            Files.setPosixFilePermissions(machine.project(), permissions);
        }
    }

    private MadeUpMachine.Ended cannotBeWritten() {
        return new MadeUpMachine.Ended(
                1,
                "millrace: the folder " + machine.project().resolve("target")
                        + " cannot be written, and Millrace has to be built there first.\n");
    }

    @Test
    void it_is_found_through_links_and_from_every_folder() throws Exception {
        var jdk = machine.jdk("jdk", "25.0.1");
        machine.variable("JAVA_HOME", jdk);
        var bin = machine.folder("home/bin");
        Files.createSymbolicLink(bin.resolve("m"), Path.of("../../project/millrace"));
        var link = Files.createSymbolicLink(bin.resolve("millrace"), bin.resolve("m"));

        assertThat(machine.run(link, "test", "-Dtest=One").output()).contains("the wrapper, JAVA_HOME=" + jdk);
        assertThat(machine.project().resolve("target")).isDirectory();
    }
}
