package dev.millrace.quickstart.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a service's jar says of its parts, beside the parts themselves.
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class SbomIT {

    private static final String LIBRARIES = "BOOT-INF/lib/";
    private static final String SBOM = "META-INF/sbom/application.cdx.json";

    /// Made by the packaging itself, of none of the dependencies.
    private static final String OF_THE_PACKAGING = "spring-boot-jarmode-tools";

    private static Path jar(String module) throws IOException {
        try (var files = Files.newDirectoryStream(ProjectFiles.file(module + "/target"), module + "-*-exec.jar")) {
            return files.iterator().next();
        }
    }

    private static List<String> libraries(ZipFile jar) {
        return jar.stream()
                .map(entry -> entry.getName())
                .filter(name -> name.startsWith(LIBRARIES) && name.endsWith(".jar"))
                .map(name -> name.substring(LIBRARIES.length(), name.length() - ".jar".length()))
                .filter(name -> !name.startsWith(OF_THE_PACKAGING))
                .toList();
    }

    private static Set<String> components(JsonNode sbom) {
        return StreamSupport.stream(sbom.path("components").spliterator(), false)
                .map(part -> part.path("name").asString() + "-"
                        + part.path("version").asString())
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @ValueSource(strings = {"api-service", "worker-service"})
    void the_bill_of_materials_in_a_jar_lists_every_library_that_the_jar_holds(String module) throws IOException {
        try (var jar = new ZipFile(jar(module).toFile());
                var sbom = jar.getInputStream(jar.getEntry(SBOM))) {
            var parsed = JsonMapper.shared().readTree(sbom);

            assertThat(parsed.path("bomFormat").asString()).isEqualTo("CycloneDX");
            assertThat(components(parsed)).containsAll(libraries(jar));
            assertThat(libraries(jar)).hasSizeGreaterThan(50);
        }
    }
}
