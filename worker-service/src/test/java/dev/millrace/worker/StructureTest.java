package dev.millrace.worker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class StructureTest {

    private static final JavaClasses service = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.millrace.worker");

    @Test
    void packages_depend_on_each_other_in_one_direction() {
        slices().matching("dev.millrace.worker.(*)..").should().beFreeOfCycles().check(service);
    }

    @Test
    void the_service_knows_providers_by_their_contract_only() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.millrace.provider.openai..")
                .check(service);
    }

    @Test
    void what_runs_knows_nothing_of_how_it_was_taken_in() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.millrace.worker.intake..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.millrace.worker.intake..")
                .check(service);
    }
}
