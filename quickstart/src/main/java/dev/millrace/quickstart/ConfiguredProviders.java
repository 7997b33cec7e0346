package dev.millrace.quickstart;

import dev.millrace.quickstart.platform.PlatformBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The real providers that somebody's environment and `.env` name. Only `./millrace up` asks for them.
///
/// @param names     what people call them
/// @param variables what the services need of the environment, keys included
record ConfiguredProviders(List<String> names, Map<String, String> variables) {

    /// @param environment stronger than the file
    static ConfiguredProviders in(Map<String, String> environment, Map<String, String> envFile) {
        var all = new LinkedHashMap<>(envFile);
        all.putAll(environment);
        var names = new ArrayList<String>();
        var variables = new LinkedHashMap<String, String>();
        if (isSet(all, "VECTOR_API_KEY") && isSet(all, "VECTOR_BASE_URL")) {
            names.add("vector-engine");
            pass(all, variables, "VECTOR_API_KEY");
            pass(all, variables, "VECTOR_BASE_URL");
        }
        if (isSet(all, "OPENAI_API_KEY")) {
            names.add("openai");
            pass(all, variables, "OPENAI_API_KEY");
            pass(all, variables, "OPENAI_BASE_URL");
        }
        return new ConfiguredProviders(List.copyOf(names), Map.copyOf(variables));
    }

    boolean isEmpty() {
        return names.isEmpty();
    }

    /// Tells the platform of them. The first takes every model name that has no route. Keys go by the environment of
    /// the services; the settings file only names them.
    void applyTo(PlatformBuilder platform) {
        variables.forEach(platform::serviceEnv);
        for (var name : names) {
            var prefix = name.equals("openai") ? "OPENAI" : "VECTOR";
            platform.provider(
                    name,
                    Map.of(
                            "type",
                            "openai",
                            "base-url",
                            baseUrl(prefix),
                            "keys",
                            List.of("${" + prefix + "_API_KEY}"),
                            "catch-all",
                            name.equals(names.getFirst())));
        }
    }

    private String baseUrl(String prefix) {
        var variable = prefix + "_BASE_URL";
        return variables.containsKey(variable) ? "${" + variable + "}" : "https://api.openai.com/v1";
    }

    private static boolean isSet(Map<String, String> all, String name) {
        return !all.getOrDefault(name, "").isBlank();
    }

    private static void pass(Map<String, String> all, Map<String, String> variables, String name) {
        if (isSet(all, name)) {
            variables.put(name, all.get(name));
        }
    }

    /// Without the keys.
    @Override
    public String toString() {
        return "ConfiguredProviders" + names;
    }
}
