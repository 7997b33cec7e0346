package dev.millrace.api;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.springframework.stereotype.Controller;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class StructureTest {

    private static final JavaClasses service = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.millrace.api");

    @Test
    void packages_depend_on_each_other_in_one_direction() {
        slices().matching("dev.millrace.api.(*)..").should().beFreeOfCycles().check(service);
    }

    @Test
    void nothing_of_the_public_port_knows_the_operators_endpoints() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.millrace.api.operator..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.millrace.api.operator..")
                .check(service);
    }

    @Test
    void a_controller_is_seen_by_its_own_package_alone() {
        classes()
                .that()
                .areAnnotatedWith(Controller.class)
                .should()
                .bePackagePrivate()
                .check(service);
    }

    @Test
    void the_service_knows_providers_by_their_contract_only() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.millrace.provider.openai..")
                .check(service);
    }
}
