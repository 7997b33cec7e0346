package dev.millrace.quickstart.deploy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What holds for the modules as such; each has tests of its own structure.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ModulesTest {

    static Stream<Path> packages() {
        return ProjectFiles.mainSources().stream().map(Path::getParent).distinct();
    }

    @ParameterizedTest
    @MethodSource("packages")
    void each_package_says_in_a_sentence_what_it_holds(Path folder) {
        var lines =
                ProjectFiles.text(folder.resolve("package-info.java")).lines().toList();
        var sentence = lines.stream()
                .takeWhile(line -> line.startsWith("///"))
                .map(line -> line.substring(3).strip())
                .collect(Collectors.joining(" "));
        assertThat(sentence).as("%s", folder).matches("[A-Z].{20,}\\.").hasSizeLessThan(300);
        assertThat(lines).contains("@NullMarked");
    }

    @Test
    void the_simulator_shares_no_code_with_the_platform() {
        var simulator = new ClassFileImporter().importPackages("dev.millrace.simulator");
        assertThat(simulator).isNotEmpty();
        noClasses()
                .that()
                .resideInAPackage("dev.millrace.simulator..")
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "are the platform's",
                        other -> other.getPackageName().startsWith("dev.millrace.")
                                && !other.getPackageName().startsWith("dev.millrace.simulator")))
                .check(simulator);
    }
}
