package dev.millrace.simulator.gemini;

import dev.millrace.simulator.desk.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// Which functions may be called, and whether one has to be.
record Functions(List<JsonNode> declarations, boolean required) {

    private static final Pattern NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}");
    private static final Set<String> FIELDS = Set.of(
            "name", "description", "parameters", "parametersJsonSchema", "response", "responseJsonSchema", "behavior");

    static Functions read(JsonNode request) throws ApiException {
        List<JsonNode> declarations = new ArrayList<>();
        for (JsonNode tool : request.path("tools")) {
            for (JsonNode declaration : tool.path("functionDeclarations")) {
                check(declaration, "tools[0].function_declarations[" + declarations.size() + "]");
                String name = declaration.path("name").asString("");
                if (declarations.stream().anyMatch(other -> named(other, name))) {
                    throw GoogleJson.invalid("Duplicate function declaration found: " + name);
                }
                declarations.add(declaration);
            }
        }
        JsonNode config = request.path("toolConfig").path("functionCallingConfig");
        List<String> allowed = new ArrayList<>();
        config.path("allowedFunctionNames").forEach(name -> allowed.add(name.asString("")));
        String mode = config.path("mode").asString("AUTO");
        if (!Set.of("AUTO", "ANY", "NONE", "VALIDATED", "MODE_UNSPECIFIED").contains(mode)) {
            throw GoogleJson.invalid("Invalid value at 'tool_config.function_calling_config.mode', \"" + mode + "\"");
        }
        if (!allowed.isEmpty() && !mode.equals("ANY") && !mode.equals("VALIDATED")) {
            throw GoogleJson.invalid(
                    "allowed_function_names should be set only when the function calling mode is ANY.");
        }
        for (String name : allowed) {
            if (declarations.stream().noneMatch(declared -> named(declared, name))) {
                throw GoogleJson.invalid("allowed_function_names: '" + name + "' is not among the declarations.");
            }
        }
        if (!allowed.isEmpty()) {
            declarations.removeIf(declared -> allowed.stream().noneMatch(name -> named(declared, name)));
        }
        return new Functions(
                mode.equals("NONE") ? List.of() : List.copyOf(declarations),
                mode.equals("ANY") && !declarations.isEmpty());
    }

    /// The schema of a function's arguments, in either of its forms.
    static JsonNode schema(JsonNode declaration) {
        return declaration.has("parametersJsonSchema")
                ? declaration.path("parametersJsonSchema")
                : declaration.path("parameters");
    }

    private static boolean named(JsonNode declaration, String name) {
        return declaration.path("name").asString("").equals(name);
    }

    private static void check(JsonNode declaration, String at) throws ApiException {
        GoogleJson.checkNames(declaration, FIELDS, at);
        if (!NAME.matcher(declaration.path("name").asString("")).matches()) {
            throw GoogleJson.invalid("* GenerateContentRequest." + at
                    + ".name: Invalid function name. Must start with a" + " letter or an underscore.");
        }
        if (declaration.has("parameters") && declaration.has("parametersJsonSchema")) {
            throw GoogleJson.invalid(at + ": only one of parameters and parameters_json_schema may be set");
        }
        ReferenceCheck.check(declaration.path("parametersJsonSchema"), at + ".parameters_json_schema");
    }
}
