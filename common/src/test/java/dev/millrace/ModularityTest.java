package dev.millrace;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.millrace.access.Secret;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// The core's packages are features, and depend on each other in one direction.
@DisplayNameGeneration(ReplaceUnderscores.class)
class ModularityTest {

    private static final Path SOURCES = Path.of("src/main/java/dev/millrace");

    private static final JavaClasses CORE = core();

    /// This module's own classes; neither tests nor the simulator, which shares the name before the packages.
    private static JavaClasses core() {
        // What a library's class depends on does not matter here, and takes long to find out.
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
        try {
            return new ClassFileImporter()
                    .importPath(Path.of(Secret.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI()));
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Test
    void there_is_a_core_to_look_at() {
        assertThat(CORE.stream().map(one -> one.getPackageName()).distinct())
                .contains("dev.millrace.job", "dev.millrace.provider.openai")
                .noneMatch(name -> name.startsWith("dev.millrace.simulator"));
    }

    @Test
    void no_packages_depend_on_each_other_in_a_circle() {
        slices().matching("dev.millrace.(*)..").should().beFreeOfCycles().check(CORE);
        slices().matching("dev.millrace.(**)").should().beFreeOfCycles().check(CORE);
    }

    @Test
    void a_wire_format_is_seen_by_nobody_but_who_wires_it() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.millrace.core", "dev.millrace.provider.openai")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.millrace.provider.openai")
                .check(CORE);
    }

    @Test
    void a_provider_knows_nothing_of_ours_but_http_and_secrets() {
        dependOnlyOn("provider", "http", "access");
    }

    @Test
    void a_secret_and_a_call_know_nothing_of_jobs() {
        dependOnlyOn("http", "alarm");
        dependOnlyOn("alarm");
        dependOnlyOn("backoff");
        dependOnlyOn("batch");
        dependOnlyOn("database");
        dependOnlyOn("kafka");
        dependOnlyOn("access", "database");
    }

    /// A package and those below it depend, of ours, on nothing but themselves and these.
    private static void dependOnlyOn(String name, String... others) {
        var allowed = Stream.concat(Stream.of(name), Stream.of(others))
                .map(other -> "dev.millrace." + other + "..")
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage("dev.millrace." + name + "..")
                .should()
                .dependOnClassesThat(com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage(
                                "dev.millrace..")
                        .and(com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages(allowed)))
                .check(CORE);
    }

    @Test
    void a_job_does_not_know_who_dispatches_runs_or_follows_it() {
        noClasses()
                .that()
                .resideInAPackage("dev.millrace.job..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.millrace.dispatch..",
                        "dev.millrace.render..",
                        "dev.millrace.lease..",
                        "dev.millrace.webhook..",
                        "dev.millrace.routing..",
                        "dev.millrace.settings..",
                        "dev.millrace.core..",
                        "dev.millrace.worker..",
                        "dev.millrace.api..")
                .check(CORE);
    }

    @Test
    void the_core_knows_no_service() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.millrace.api..",
                        "dev.millrace.worker..",
                        "dev.millrace.quickstart..",
                        "dev.millrace.simulator..")
                .check(CORE);
    }

    @Test
    void who_reads_the_whole_configuration_is_who_wires_it() {
        classes()
                .that()
                .resideInAPackage("dev.millrace.settings..")
                .should()
                .onlyHaveDependentClassesThat()
                .resideInAnyPackage("dev.millrace.settings..", "dev.millrace.core..")
                .check(CORE);
    }

    static List<Path> packages() throws IOException {
        try (var folders = Files.walk(SOURCES)) {
            return folders.filter(Files::isDirectory)
                    .filter(folder -> !javaFiles(folder).isEmpty())
                    .toList();
        }
    }

    private static List<Path> javaFiles(Path folder) {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        } catch (IOException broken) {
            throw new java.io.UncheckedIOException(broken);
        }
    }

    @Test
    void no_package_is_named_after_a_layer() throws IOException {
        assertThat(packages())
                .hasSizeGreaterThan(10)
                .extracting(folder -> folder.getFileName().toString())
                .doesNotContain("service", "services", "dto", "util", "utils", "helper", "impl", "common", "model");
    }
}
