package dev.millrace.quickstart.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class EnvironmentTest {

    @Test
    void what_tells_where_things_are_passes() {
        var places = Map.of("PATH", "/bin", "HOME", "/home/a", "LC_ALL", "C.UTF-8", "TZ", "UTC");
        assertThat(Environment.harmless(places)).isEqualTo(places);
    }

    @Test
    void keys_of_providers_and_settings_of_services_stay_behind() {
        assertThat(Environment.harmless(Map.of(
                        "OPENAI_API_KEY", "canary",
                        "VECTOR_API_KEY", "canary",
                        "VECTOR_BASE_URL", "https://canary.example/v1",
                        "ANTHROPIC_API_KEY", "canary",
                        "MILLRACE_PROVIDERS_OPENAI_KEYS_0", "canary",
                        "SPRING_APPLICATION_JSON", "{}",
                        "JAVA_TOOL_OPTIONS", "-Dmillrace.providers.openai.keys[0]=canary",
                        "SPRING_CONFIG_IMPORT", "file:.env")))
                .isEmpty();
    }

    @Test
    void a_variable_that_nobody_thought_of_stays_behind() {
        assertThat(Environment.harmless(Map.of("NEW_PROVIDER_TOKEN", "canary"))).isEmpty();
    }
}
