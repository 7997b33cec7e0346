package dev.millrace.simulator.gemini;

import dev.millrace.simulator.desk.ApiException;
import dev.millrace.simulator.speech.Seal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// The contents of a request: what was said so far, by whom.
///
/// @param turns      each with its role and parts
/// @param prompt     the text of the last content
/// @param characters of all texts together
record Contents(List<JsonNode> turns, String prompt, long characters) {

    /// The seal on parts that call no function.
    static final String TEXT_SEAL = Seal.of("thought");

    private static final Set<String> ROLES = Set.of("user", "model", "function", "");
    private static final Set<String> DATA = Set.of(
            "text",
            "inlineData",
            "fileData",
            "functionCall",
            "functionResponse",
            "executableCode",
            "codeExecutionResult");
    private static final Set<String> BESIDE =
            Set.of("thought", "thoughtSignature", "videoMetadata", "mediaResolution", "partMetadata");
    /// For history that another model produced; seen both as they are and in base64.
    private static final Set<String> PASSWORDS =
            Set.of("skip_thought_signature_validator", "context_engineering_is_the_way_to_go");

    /// Reads and checks the contents.
    ///
    /// @param signed whether calls have to come back with their signatures
    static Contents read(JsonNode contents, boolean signed) throws ApiException {
        if (!contents.isArray() || contents.isEmpty()) {
            throw GoogleJson.invalid("* GenerateContentRequest.contents: contents is not specified");
        }
        List<JsonNode> turns = new ArrayList<>();
        long characters = 0;
        for (int i = 0; i < contents.size(); i++) {
            JsonNode turn = contents.path(i);
            checkTurn(turn, "contents[" + i + "]");
            for (JsonNode part : turn.path("parts")) {
                characters += part.path("text").asString("").length();
            }
            turns.add(turn);
        }
        Contents read = new Contents(turns, text(turns.getLast()), characters);
        read.checkOrder();
        if (signed) {
            read.checkSignatures();
        }
        return read;
    }

    /// Whether the last content answers calls.
    boolean endsWithResponse() {
        return count(turns.getLast(), "functionResponse") > 0;
    }

    /// What a call is signed with.
    static String sealOf(String name, JsonNode args) {
        return Seal.of(name + sorted(args));
    }

    static String text(JsonNode content) {
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content.path("parts")) {
            text.append(part.path("text").asString(""));
        }
        return text.toString();
    }

    private static void checkTurn(JsonNode turn, String at) throws ApiException {
        GoogleJson.checkNames(turn, Set.of("role", "parts"), at);
        if (!ROLES.contains(turn.path("role").asString(""))) {
            throw GoogleJson.invalid("Please use a valid role: user, model.");
        }
        JsonNode parts = turn.path("parts");
        if (!parts.isArray() || parts.isEmpty()) {
            throw GoogleJson.invalid("* GenerateContentRequest." + at + ".parts: contents.parts must not be empty.");
        }
        for (int i = 0; i < parts.size(); i++) {
            checkPart(parts.path(i), at + ".parts[" + i + "]");
        }
    }

    private static void checkPart(JsonNode part, String at) throws ApiException {
        int data = 0;
        for (String name : part.propertyNames()) {
            data += DATA.contains(name) ? 1 : 0;
            if (!DATA.contains(name) && !BESIDE.contains(name)) {
                GoogleJson.checkNames(part, DATA, at);
            }
        }
        if (data != 1) {
            throw GoogleJson.invalid("* GenerateContentRequest." + at
                    + ".data: required oneof field 'data' must have one initialized field");
        }
        if (part.has("inlineData")) {
            if (part.path("inlineData").path("mimeType").asString("").isEmpty()) {
                throw GoogleJson.invalid(
                        "* GenerateContentRequest." + at + ".inline_data.mime_type: must not be empty");
            }
            GoogleJson.checkBytes(part.path("inlineData").path("data"), at + ".inline_data.data");
        }
        for (String call : new String[] {"functionCall", "functionResponse"}) {
            if (part.has(call) && part.path(call).path("name").asString("").isEmpty()) {
                throw GoogleJson.invalid(
                        "* GenerateContentRequest." + at + "." + call + ".name: Name cannot be empty.");
            }
        }
        if (part.has("functionResponse")
                && !part.path("functionResponse").path("response").isObject()) {
            throw GoogleJson.invalid("Invalid value at '" + at + ".function_response.response' (type.googleapis.com/"
                    + "google.protobuf.Struct)");
        }
        JsonNode args = part.path("functionCall").path("args");
        if (!args.isMissingNode() && !args.isObject()) {
            throw GoogleJson.invalid(
                    "Invalid value at '" + at + ".function_call.args' (type.googleapis.com/google.protobuf.Struct)");
        }
    }

    private void checkOrder() throws ApiException {
        for (int i = 0; i < turns.size(); i++) {
            int calls = count(turns.get(i), "functionCall");
            int responses = i + 1 < turns.size() ? count(turns.get(i + 1), "functionResponse") : 0;
            if (calls != responses && (calls > 0 || i + 1 < turns.size())) {
                throw GoogleJson.invalid("Please ensure that the number of function response parts is equal to the"
                        + " number of function call parts of the function call turn.");
            }
        }
        if (turns.getLast().path("role").asString("").equals("model")) {
            throw GoogleJson.invalid(
                    "Please ensure that single turn requests end with a user role or the role field" + " is empty.");
        }
    }

    private void checkSignatures() throws ApiException {
        int lastWords = 0;
        for (int i = 0; i < turns.size(); i++) {
            boolean model = turns.get(i).path("role").asString("").equals("model");
            if (!model && count(turns.get(i), "functionResponse") == 0) {
                lastWords = i;
            }
        }
        for (int i = 0; i < turns.size(); i++) {
            boolean firstCall = true;
            for (JsonNode part : turns.get(i).path("parts")) {
                JsonNode call = part.path("functionCall");
                String signature = part.path("thoughtSignature").asString("");
                if (!signature.isEmpty() && !fits(call, signature)) {
                    throw GoogleJson.invalid("Corrupted thought signature.");
                }
                if (call.isObject() && firstCall && signature.isEmpty() && i > lastWords) {
                    throw GoogleJson.invalid("Function call is missing a thought_signature in functionCall parts. This"
                            + " is required for tools to work correctly. Additional data, function call `default_api:"
                            + call.path("name").asString("") + "`, position " + (i + 1) + ".");
                }
                firstCall &= !call.isObject();
            }
        }
    }

    private static boolean fits(JsonNode call, String signature) {
        String expected = call.isObject() ? sealOf(call.path("name").asString(""), call.path("args")) : TEXT_SEAL;
        return signature.equals(expected)
                || PASSWORDS.stream()
                        .anyMatch(word -> signature.equals(word)
                                || signature.equals(
                                        Base64.getEncoder().encodeToString(word.getBytes(StandardCharsets.UTF_8))));
    }

    private static String sorted(JsonNode node) {
        if (node.isObject()) {
            TreeMap<String, String> properties = new TreeMap<>();
            node.properties().forEach(property -> properties.put(property.getKey(), sorted(property.getValue())));
            return properties.toString();
        }
        if (node.isArray()) {
            List<String> elements = new ArrayList<>();
            node.forEach(element -> elements.add(sorted(element)));
            return elements.toString();
        }
        return node.isMissingNode() ? "{}" : node.toString();
    }

    private static int count(JsonNode turn, String kind) {
        int count = 0;
        for (JsonNode part : turn.path("parts")) {
            count += part.has(kind) ? 1 : 0;
        }
        return count;
    }
}
