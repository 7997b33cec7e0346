package dev.millrace.simulator.gemini;

import dev.millrace.simulator.desk.ApiException;
import dev.millrace.simulator.speech.SchemaSample;
import dev.millrace.simulator.speech.Speech;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A request for content, checked as strictly as its documented types.
///
/// @param body   the whole of it, its names in camelCase
/// @param modern whether the model signs its calls and gives them ids: all but those named `gemini-2…`
record GenerateRequest(JsonNode body, String model, boolean modern, Contents contents, Functions functions) {

    private static final Set<String> FIELDS = Set.of(
            "model",
            "contents",
            "systemInstruction",
            "tools",
            "toolConfig",
            "safetySettings",
            "generationConfig",
            "cachedContent",
            "serviceTier",
            "store",
            "labels");
    private static final Set<String> CONFIG = Set.of(
            "candidateCount",
            "stopSequences",
            "maxOutputTokens",
            "temperature",
            "topP",
            "topK",
            "seed",
            "presencePenalty",
            "frequencyPenalty",
            "responseLogprobs",
            "logprobs",
            "responseMimeType",
            "responseSchema",
            "responseJsonSchema",
            "thinkingConfig",
            "responseModalities",
            "speechConfig",
            "imageConfig",
            "mediaResolution",
            "enableEnhancedCivicAnswers");
    private static final Set<String> LEVELS = Set.of("MINIMAL", "LOW", "MEDIUM", "HIGH");
    private static final int MOST_STOPS = 5;
    private static final int MOST_CANDIDATES = 8;

    static GenerateRequest read(String model, byte[] bytes, boolean counting) throws ApiException {
        JsonNode body = GoogleJson.object(bytes);
        if (counting && body.has("generateContentRequest")) {
            body = body.path("generateContentRequest");
        }
        if (model.startsWith("gemini-omni")) {
            throw GoogleJson.invalid("This model only supports Interactions API.");
        }
        GoogleJson.checkNames(body, FIELDS, "");
        checkConfig(body.path("generationConfig"));
        JsonNode system = body.path("systemInstruction");
        if (!system.isMissingNode() && system.path("parts").isEmpty()) {
            throw GoogleJson.invalid("* GenerateContentRequest.system_instruction.parts: must not be empty.");
        }
        boolean modern = !model.startsWith("gemini-2");
        return new GenerateRequest(
                body, model, modern, Contents.read(body.path("contents"), modern), Functions.read(body));
    }

    JsonNode config() {
        return body.path("generationConfig");
    }

    int candidates() {
        return config().path("candidateCount").asInt(1);
    }

    long maxTokens() {
        return config().path("maxOutputTokens").asLong(Long.MAX_VALUE);
    }

    boolean showsThoughts() {
        return config().path("thinkingConfig").path("includeThoughts").asBoolean(false);
    }

    /// What the demanded type and schema leave no choice about; null if none is demanded.
    @Nullable
    String formatted() {
        JsonNode schema = config().has("responseJsonSchema")
                ? config().path("responseJsonSchema")
                : config().path("responseSchema");
        return switch (config().path("responseMimeType").asString("text/plain")) {
            case "application/json" ->
                schema.isObject() ? SchemaSample.of(schema).toString() : Speech.echoObject(contents.prompt());
            case "text/x.enum" -> schema.path("enum").path(0).asString("");
            default -> null;
        };
    }

    /// A guess of four characters a token, and some for each turn.
    long promptTokens() {
        long characters = contents.characters()
                + Contents.text(body.path("systemInstruction")).length();
        return characters / 4 + 3L * contents.turns().size() + 1;
    }

    private static void checkConfig(JsonNode config) throws ApiException {
        if (config.isMissingNode()) {
            return;
        }
        GoogleJson.checkNames(config, CONFIG, "generation_config");
        checkRange(config, "temperature", 0, 2);
        checkRange(config, "topP", 0, 1);
        checkRange(config, "candidateCount", 1, MOST_CANDIDATES);
        checkRange(config, "maxOutputTokens", 1, Integer.MAX_VALUE);
        checkRange(config, "logprobs", 0, 20);
        if (config.path("stopSequences").size() > MOST_STOPS) {
            throw GoogleJson.invalid(
                    "* GenerateContentRequest.generation_config.stop_sequences: at most 5 are allowed");
        }
        boolean jsonSchema = config.has("responseJsonSchema");
        boolean schema = config.has("responseSchema");
        String type = config.path("responseMimeType").asString("text/plain");
        if (!Set.of("text/plain", "application/json", "text/x.enum").contains(type)) {
            throw GoogleJson.invalid(
                    "* GenerateContentRequest.generation_config.response_mime_type: allowed mimetypes are"
                            + " `text/plain`, `application/json`, and `text/x.enum`.");
        }
        if (jsonSchema && schema) {
            throw GoogleJson.invalid("response_schema and response_json_schema must not be set together");
        }
        if ((jsonSchema && !type.equals("application/json")) || (schema && type.equals("text/plain"))) {
            throw GoogleJson.invalid("* GenerateContentRequest.generation_config.response_schema: only allowed when"
                    + " response mime type is application/json");
        }
        ReferenceCheck.check(config.path("responseJsonSchema"), "generation_config.response_json_schema");
        JsonNode thinking = config.path("thinkingConfig");
        if (thinking.has("thinkingBudget") && thinking.has("thinkingLevel")) {
            throw GoogleJson.invalid("You can only set only one of thinking budget and thinking level.");
        }
        if (thinking.has("thinkingLevel")
                && !LEVELS.contains(thinking.path("thinkingLevel").asString(""))) {
            throw GoogleJson.invalid("Invalid value at 'generation_config.thinking_config.thinking_level'");
        }
    }

    private static void checkRange(JsonNode config, String name, double least, double most) throws ApiException {
        JsonNode value = config.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return;
        }
        if (!value.isNumber() || value.doubleValue() < least || value.doubleValue() > most) {
            throw GoogleJson.invalid("* GenerateContentRequest.generation_config." + name + ": must be a number from "
                    + (long) least + " to " + (long) most);
        }
    }
}
