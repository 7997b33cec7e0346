package dev.millrace.quickstart.deploy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.Yaml;

/// `docker-compose.yml` as YAML reads it, its variables not replaced yet.
record ComposeFile(Map<String, ?> content) {

    private static final Pattern VARIABLE = Pattern.compile("\\$\\$|\\$\\{([A-Z_]+)(:\\?[^}]*)?}");

    static ComposeFile read() {
        return new ComposeFile(new Yaml().load(ProjectFiles.text("docker-compose.yml")));
    }

    Map<String, Object> services() {
        return map(content.get("services"));
    }

    Map<String, Object> service(String name) {
        return map(services().get(name));
    }

    /// What a service is told by its environment.
    Map<String, String> environment(String service) {
        var all = new TreeMap<String, String>();
        if (service(service).get("environment") instanceof Map<?, ?> variables) {
            variables.forEach((name, value) -> all.put(String.valueOf(name), String.valueOf(value)));
        }
        return all;
    }

    /// The settings that both services read from a file.
    String settings() {
        return String.valueOf(map(map(content.get("configs")).get("millrace")).get("content"));
    }

    /// A text with its variables replaced as Compose does it.
    ///
    /// @throws AssertionError for a variable that `values` does not have
    static String interpolated(String text, Map<String, String> values) {
        return VARIABLE.matcher(text).replaceAll(match -> {
            var name = match.group(1);
            if (name == null) {
                return "\\$";
            }
            var value = values.get(name);
            if (value == null) {
                throw new AssertionError("The variable " + name + " is not set");
            }
            return value;
        });
    }

    /// The variables that must be set for Compose to do anything.
    static List<String> required(String text) {
        return text.lines()
                .filter(line -> !line.strip().startsWith("#"))
                .flatMap(line -> VARIABLE.matcher(line).results())
                .filter(match -> match.group(2) != null)
                .map(match -> match.group(1))
                .distinct()
                .sorted()
                .toList();
    }

    /// @throws AssertionError if it is no mapping
    static Map<String, Object> map(@org.jspecify.annotations.Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            var all = new LinkedHashMap<String, Object>();
            map.forEach((name, one) -> all.put(String.valueOf(name), one));
            return all;
        }
        throw new AssertionError("Not a mapping: " + value);
    }

    static List<String> list(@org.jspecify.annotations.Nullable Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(String::valueOf).toList();
        }
        throw new AssertionError("Not a list: " + value);
    }
}
