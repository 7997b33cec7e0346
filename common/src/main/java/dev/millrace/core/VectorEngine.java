package dev.millrace.core;

import java.util.Map;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/// Two lines are all the configuration that a first real call needs: `VECTOR_BASE_URL` and `VECTOR_API_KEY`, in the
/// environment or in `.env`, make a provider that takes every name without a route. It is the weakest of all settings,
/// and is not there where one of its name or another catch-all is configured.
final class VectorEngine implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    private static final String NAME = "vector-engine";
    private static final String PROVIDERS = "millrace.providers";
    private static final String BASE_URL = "VECTOR_BASE_URL";
    private static final String API_KEY = "VECTOR_API_KEY";

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        var environment = context.getEnvironment();
        if (isSet(environment, BASE_URL) && isSet(environment, API_KEY) && !isTaken(environment)) {
            var prefix = PROVIDERS + "." + NAME;
            environment
                    .getPropertySources()
                    .addLast(new MapPropertySource(
                            NAME,
                            Map.of(
                                    prefix + ".type",
                                    "openai",
                                    prefix + ".base-url",
                                    "${" + BASE_URL + "}",
                                    prefix + ".keys[0]",
                                    "${" + API_KEY + "}",
                                    prefix + ".catch-all",
                                    "true")));
        }
    }

    private static boolean isSet(ConfigurableEnvironment environment, String name) {
        return !environment.getProperty(name, "").isBlank();
    }

    private static boolean isTaken(ConfigurableEnvironment environment) {
        var providers = Binder.get(environment)
                .bind(PROVIDERS, Bindable.mapOf(String.class, Object.class))
                .orElse(Map.of());
        return providers.containsKey(NAME)
                || providers.keySet().stream()
                        .anyMatch(name -> Binder.get(environment)
                                .bind(PROVIDERS + "." + name + ".catch-all", Boolean.class)
                                .orElse(false));
    }
}
