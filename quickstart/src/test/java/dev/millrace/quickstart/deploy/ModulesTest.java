package dev.millrace.quickstart.deploy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What holds for the modules as such; each has tests of its own structure.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ModulesTest {

    private static final Pattern SENTENCE = Pattern.compile("(?s)/// [A-Z].*[.]\\R@NullMarked\\Rpackage ");

    static Stream<Path> packages() {
        return ProjectFiles.mainSources().stream().map(Path::getParent).distinct();
    }

    @ParameterizedTest
    @MethodSource("packages")
    void each_package_says_in_a_sentence_what_it_holds(Path folder) {
        assertThat(ProjectFiles.text(folder.resolve("package-info.java"))).containsPattern(SENTENCE);
    }

    @Test
    void the_simulator_shares_no_code_with_the_platform() {
        var simulator = new ClassFileImporter().importPackages("dev.millrace.simulator");
        assertThat(simulator).isNotEmpty();
        noClasses()
                .that()
                .resideInAPackage("dev.millrace.simulator..")
                .should()
                .dependOnClassesThat(com.tngtech.archunit.base.DescribedPredicate.describe(
                        "are the platform's",
                        other -> other.getPackageName().startsWith("dev.millrace.")
                                && !other.getPackageName().startsWith("dev.millrace.simulator")))
                .check(simulator);
    }
}
