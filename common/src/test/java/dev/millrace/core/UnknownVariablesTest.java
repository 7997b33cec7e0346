package dev.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.env.PropertiesPropertySourceLoader;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertiesPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;

/// Variables and other names that Spring alone would pass over.
@DisplayNameGeneration(ReplaceUnderscores.class)
class UnknownVariablesTest {

    private final StandardEnvironment environment = new StandardEnvironment();

    UnknownVariablesTest() {
        environment(Map.of("PATH", "/bin", "MILLRACE_SECRET_KEY", "canary"));
        systemProperties(Map.of("java.version", "25"));
    }

    private void environment(Map<String, String> variables) {
        environment
                .getPropertySources()
                .replace(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new SystemEnvironmentPropertySource(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, new TreeMap<>(variables)));
    }

    private void systemProperties(Map<String, String> all) {
        var properties = new Properties();
        properties.putAll(all);
        environment
                .getPropertySources()
                .replace(
                        StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME,
                        new PropertiesPropertySource(
                                StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME, properties));
    }

    private void yaml(String text) throws IOException {
        new YamlPropertySourceLoader()
                .load("application.yml", resource(text, "application.yml"))
                .forEach(this::add);
    }

    private void dotEnv(String text) throws IOException {
        new PropertiesPropertySourceLoader()
                .load(".env", resource(text, ".env"))
                .forEach(this::add);
    }

    private void add(PropertySource<?> source) {
        environment.getPropertySources().addLast(source);
    }

    private static ByteArrayResource resource(String text, String name) {
        return new ByteArrayResource(text.getBytes(StandardCharsets.UTF_8), name);
    }

    /// The sentence that the start ends with; null if it goes on.
    private @Nullable String sentence() {
        try (var context = new GenericApplicationContext()) {
            context.setEnvironment(environment);
            new UnknownVariables().initialize(context);
            return null;
        } catch (IllegalArgumentException refusal) {
            return Start.sentence(refusal);
        }
    }

    private @Nullable String sentenceWith(String variable) {
        environment(Map.of(variable, "canary"));
        return sentence();
    }

    @ParameterizedTest
    @CsvSource({
        "MILLRACE_DISPACH_ROOM,             MILLRACE_DISPATCH_ROOM",
        "millrace_dispach_room,             MILLRACE_DISPATCH_ROOM",
        "millrace.dispach.room,             MILLRACE_DISPATCH_ROOM",
        "MILLRACE_PROVIDERS_OPENAI_KEY,     MILLRACE_PROVIDERS_OPENAI_KEYS",
        "MILLRACE_MODELS_M_DEPLOYMENT_0_MODEL, MILLRACE_MODELS_M_DEPLOYMENTS_0_MODEL",
    })
    void a_misspelt_variable_ends_the_start_with_its_name_and_the_nearest(String variable, String nearest) {
        assertThat(sentenceWith(variable))
                .isEqualTo(
                        "Unknown setting " + variable + " in the environment; the nearest known is " + nearest + ".");
    }

    @Test
    void one_that_is_like_no_other_ends_it_with_its_name() {
        assertThat(sentenceWith("MILLRACE_VERSION")).isEqualTo("Unknown setting MILLRACE_VERSION in the environment.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MILLRACE_DISPATCH_ROOM",
                "MILLRACE_DISPATCH_PROJECT_ACTIVE",
                "MILLRACE_DISPATCH_PROJECTACTIVE",
                "MILLRACE_PROVIDERS_VECTOR_ENGINE_KEYS_0",
                "millrace.dispatch.room",
            })
    void one_that_gives_a_setting_does_not(String variable) {
        assertThat(sentenceWith(variable)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"MILLRACE_URL", "MILLRACE_API_KEY", "MILLRACE_WEBHOOK_SECRET"})
    void nor_does_one_of_a_client_in_whose_shell_the_service_is_started(String variable) throws IOException {
        assertThat(sentenceWith(variable)).isNull();
        dotEnv(variable + "=canary");
        assertThat(sentence()).isNull();
    }

    @Test
    void nor_one_that_a_setting_takes_its_value_from() throws IOException {
        yaml("""
                millrace:
                  providers:
                    p: { type: openai, keys: ["${MILLRACE_KEY_OF_P}", "${OTHER:${MILLRACE_OTHER_KEY:none}}"] }
                """);
        environment(Map.of("MILLRACE_KEY_OF_P", "canary", "MILLRACE_OTHER_KEY", "canary"));
        assertThat(sentence()).isNull();

        environment(Map.of("MILLRACE_KEY_OF_P", "canary", "MILLRACE_KEY", "canary"));
        assertThat(sentence()).startsWith("Unknown setting MILLRACE_KEY in the environment");
    }

    @Test
    void nor_those_by_which_kubernetes_tells_of_the_services_beside() {
        environment(Map.of(
                "MILLRACE_SERVICE_HOST", "10.96.0.11",
                "MILLRACE_API_SERVICE_HOST", "10.96.0.12",
                "MILLRACE_API_SERVICE_PORT", "8080",
                "MILLRACE_API_SERVICE_PORT_HTTP", "8080",
                "MILLRACE_API_PORT", "tcp://10.96.0.12:8080",
                "MILLRACE_API_PORT_8080_TCP", "tcp://10.96.0.12:8080",
                "MILLRACE_API_PORT_8080_TCP_PROTO", "tcp",
                "MILLRACE_API_PORT_8080_TCP_PORT", "8080",
                "MILLRACE_API_PORT_8080_TCP_ADDR", "10.96.0.12"));
        assertThat(sentence()).isNull();
    }

    @Test
    void a_port_that_is_none_of_theirs_is_refused() {
        environment(Map.of("MILLRACE_PORT", "8080"));
        assertThat(sentence()).startsWith("Unknown setting MILLRACE_PORT in the environment");
    }

    @ParameterizedTest
    @ValueSource(strings = {"MILLRAC_DISPATCH_ROOM", "SPRING_NOBODY", "MY_MILLRACE_DISPACH_ROOM", "MILLRACES_ROOM"})
    void what_is_not_ours_is_not_judged(String variable) {
        assertThat(sentenceWith(variable)).isNull();
    }

    @Test
    void of_several_the_first_by_name_is_told() {
        environment(Map.of("MILLRACE_B", "1", "MILLRACE_A", "2", "MILLRACE_C", "3"));
        assertThat(sentence()).isEqualTo("Unknown setting MILLRACE_A in the environment.");
    }

    @Test
    void no_sentence_shows_a_value() throws IOException {
        assertThat(sentenceWith("MILLRACE_SECERT_KEY"))
                .contains("MILLRACE_SECERT_KEY")
                .doesNotContain("canary");
        environment(Map.of());
        dotEnv("MILLRACE_SECRET_KEY=canary");
        assertThat(sentence()).contains("MILLRACE_SECRET_KEY").doesNotContain("canary");
    }

    @Test
    void a_misspelt_system_property_ends_the_start_with_its_name_and_the_nearest() {
        systemProperties(Map.of("millrace.dispach.room", "1"));
        assertThat(sentence())
                .isEqualTo("Unknown setting millrace.dispach.room among the system properties; the nearest known is"
                        + " millrace.dispatch.room.");

        systemProperties(Map.of("millrace.dispatch.room", "1", "millrace.models[gpt-5.2].kind", "chat"));
        assertThat(sentence()).isNull();
    }

    @Test
    void the_name_of_a_variable_in_a_dot_env_gives_no_setting_and_is_refused_with_the_one_that_would()
            throws IOException {
        dotEnv("VECTOR_API_KEY=canary\nMILLRACE_DISPATCH_ROOM=256\n");
        assertThat(sentence())
                .isEqualTo("Unknown setting MILLRACE_DISPATCH_ROOM (Byte array resource [.env] - 2:24): only variables"
                        + " of the environment are named like this, here it is millrace.dispatch.room.");
    }

    @Test
    void and_so_in_every_other_place() throws IOException {
        add(new MapPropertySource("commandLineArgs", Map.of("MILLRACE_DISPACH_ROOM", "256")));
        assertThat(sentence())
                .isEqualTo("Unknown setting MILLRACE_DISPACH_ROOM (\"MILLRACE_DISPACH_ROOM\" from property source"
                        + " \"commandLineArgs\"): only variables of the environment are named like this.");
    }

    @Test
    void not_where_a_setting_takes_its_value_from_it() throws IOException {
        dotEnv("MILLRACE_KEY_OF_P=canary\nmillrace.providers.p.keys=${MILLRACE_KEY_OF_P}\n");
        assertThat(sentence()).isNull();
    }

    /// As where `docker compose` and a shell read the file too.
    @Test
    void not_where_the_environment_has_it_as_well_and_gives_the_setting() throws IOException {
        dotEnv("MILLRACE_SECRET_KEY=canary");
        assertThat(sentence()).isNull();
    }

    @Test
    void a_service_in_whose_folder_such_a_file_is_ends_with_the_sentence(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve(".env"), "MILLRACE_DISPATCH_ROOM=256\n");
        assertThat(StartedElsewhere.in(folder, Map.of(), "millrace.dispatch.room"))
                .startsWith("Unknown setting MILLRACE_DISPATCH_ROOM (")
                .endsWith("): only variables of the environment are named like this, here it is"
                        + " millrace.dispatch.room.\n")
                .contains(".env");
    }
}
