package dev.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;

@DisplayNameGeneration(ReplaceUnderscores.class)
class VectorEngineTest {

    private static final Map<String, Object> TWO_LINES =
            Map.of("VECTOR_BASE_URL", "https://engine.example/v1", "VECTOR_API_KEY", "a-key");

    /// An environment of these properties alone, whatever this machine's holds.
    private static ConfigurableEnvironment with(Map<String, Object> properties) {
        var environment = new StandardEnvironment() {
            @Override
            protected void customizePropertySources(MutablePropertySources sources) {
                sources.addFirst(new MapPropertySource("given", properties));
            }
        };
        try (var context = new GenericApplicationContext()) {
            context.setEnvironment(environment);
            new VectorEngine().initialize(context);
        }
        return environment;
    }

    private static Map<String, Object> and(String name, Object value) {
        var all = new HashMap<>(TWO_LINES);
        all.put(name, value);
        return all;
    }

    @Test
    void two_lines_make_a_provider_that_takes_every_name() {
        var made = with(TWO_LINES);
        assertThat(made.getProperty("millrace.providers.vector-engine.type")).isEqualTo("openai");
        assertThat(made.getProperty("millrace.providers.vector-engine.base-url"))
                .isEqualTo("https://engine.example/v1");
        assertThat(made.getProperty("millrace.providers.vector-engine.keys[0]")).isEqualTo("a-key");
        assertThat(made.getProperty("millrace.providers.vector-engine.catch-all"))
                .isEqualTo("true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"VECTOR_BASE_URL", "VECTOR_API_KEY"})
    void one_of_them_makes_none(String missing) {
        var one = new HashMap<>(TWO_LINES);
        one.remove(missing);
        assertThat(with(one).getProperty("millrace.providers.vector-engine.type"))
                .isNull();
    }

    @Test
    void where_another_provider_takes_every_name_there_is_none() {
        assertThat(with(and("millrace.providers.house.catch-all", "true"))
                        .getProperty("millrace.providers.vector-engine.type"))
                .isNull();
    }

    @Test
    void where_one_of_its_name_is_configured_that_one_holds() {
        assertThat(with(and("millrace.providers.vector-engine.base-url", "https://other.example/v1"))
                        .getProperty("millrace.providers.vector-engine.type"))
                .isNull();
    }
}
