package dev.millrace.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ConfiguredProvidersTest {

    @Test
    void without_a_key_there_is_none() {
        assertThat(ConfiguredProviders.in(Map.of("PATH", "/bin"), Map.of()).isEmpty())
                .isTrue();
        assertThat(ConfiguredProviders.in(Map.of("OPENAI_API_KEY", " "), Map.of())
                        .isEmpty())
                .isTrue();
    }

    @Test
    void a_key_of_the_vector_engine_needs_its_address() {
        assertThat(ConfiguredProviders.in(Map.of("VECTOR_API_KEY", "k"), Map.of())
                        .isEmpty())
                .isTrue();
        assertThat(ConfiguredProviders.in(
                                Map.of("VECTOR_API_KEY", "k", "VECTOR_BASE_URL", "https://example.com/v1"), Map.of())
                        .names())
                .containsExactly("vector-engine");
    }

    @Test
    void the_environment_is_stronger_than_the_file() {
        var providers = ConfiguredProviders.in(Map.of("OPENAI_API_KEY", "mine"), Map.of("OPENAI_API_KEY", "file"));
        assertThat(providers.variables()).containsExactly(Map.entry("OPENAI_API_KEY", "mine"));
    }

    @Test
    void keys_are_not_shown() {
        assertThat(ConfiguredProviders.in(Map.of("OPENAI_API_KEY", "sk-canary"), Map.of()))
                .hasToString("ConfiguredProviders[openai]");
    }
}
