package dev.millrace.quickstart.platform;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// The settings that the services of one platform share, written for them to a file. Values are JSON, which is YAML
/// too.
final class Settings {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Map<String, Object> values = new LinkedHashMap<>();
    private final Map<String, Object> providers = new LinkedHashMap<>();
    private final Map<String, Object> models = new LinkedHashMap<>();

    /// @param name  such as `millrace.webhook.allow-http`
    /// @param value a text, number, truth value, list or map
    void set(String name, Object value) {
        values.put(name, value);
    }

    void provider(String name, Map<String, ?> provider) {
        providers.put(name, provider);
    }

    void model(String name, Map<String, ?> model) {
        models.put(name, model);
    }

    void noModels() {
        models.clear();
    }

    /// All that the other has; its settings are stronger.
    void add(Settings other) {
        values.putAll(other.values);
        providers.putAll(other.providers);
        models.putAll(other.models);
    }

    String toYaml() {
        var yaml = new StringBuilder("# Written by the quickstart at each start; changes here are lost.\n");
        values.forEach((name, value) -> line(yaml, "", name, value));
        if (!providers.isEmpty()) {
            yaml.append("millrace.providers:\n");
            providers.forEach((name, value) -> line(yaml, "  ", name, value));
        }
        if (!models.isEmpty()) {
            yaml.append("millrace.models:\n");
            models.forEach((name, value) -> line(yaml, "  ", name, value));
        }
        return yaml.toString();
    }

    private static void line(StringBuilder yaml, String indent, String name, Object value) {
        yaml.append(indent)
                .append(MAPPER.writeValueAsString(name))
                .append(": ")
                .append(MAPPER.writeValueAsString(value))
                .append('\n');
    }
}
