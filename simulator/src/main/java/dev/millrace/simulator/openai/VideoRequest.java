package dev.millrace.simulator.openai;

import dev.millrace.simulator.desk.ApiError;
import dev.millrace.simulator.desk.ApiException;
import dev.millrace.simulator.desk.Incoming;
import dev.millrace.simulator.http.MalformedFormException;
import dev.millrace.simulator.http.MultipartForm;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// A create request for a video, from JSON or from a form.
///
/// As strict as the documented types: a witness that let wrong requests pass would be none.
///
/// @param fields the names of the fields sent, without what stands in brackets
record VideoRequest(String model, String prompt, String seconds, String size, Set<String> fields) {

    private static final Set<String> SECONDS = Set.of("4", "8", "12", "16", "20");
    private static final Set<String> SIZES =
            Set.of("720x1280", "1280x720", "1024x1792", "1792x1024", "1920x1080", "1080x1920");
    private static final int LONGEST_PROMPT = 32_000;
    private static final int LARGEST_IMAGE_URL = 20_971_520;

    static VideoRequest read(Incoming incoming) throws ApiException {
        String type = incoming.head().header("Content-Type");
        String kind = type == null ? "" : type.toLowerCase(Locale.ROOT);
        VideoRequest request;
        if (type != null && kind.startsWith("multipart/form-data")) {
            request = fromForm(type, incoming.body());
        } else if (kind.isEmpty() || kind.startsWith("application/json")) {
            request = fromJson(Json.object(incoming.body()));
        } else {
            throw new ApiError(
                            415,
                            "invalid_request_error",
                            "unsupported_content_type",
                            null,
                            "Unsupported content type: '" + type
                                    + "'. This API supports 'application/json' and 'multipart/form-data'.")
                    .toException();
        }
        request.check();
        return request;
    }

    private static VideoRequest fromJson(JsonNode body) throws ApiException {
        Set<String> fields = new HashSet<>();
        for (var field : body.properties()) {
            if (!field.getValue().isNull()) {
                fields.add(field.getKey());
            }
        }
        JsonNode reference = body.path("input_reference");
        if (!reference.isMissingNode() && !reference.isNull()) {
            if (!reference.isObject()) {
                throw Json.wrongType("input_reference", "an object");
            }
            checkReference(reference.hasNonNull("file_id"), reference.hasNonNull("image_url"));
            if (reference.path("image_url").asString("").length() > LARGEST_IMAGE_URL) {
                throw Json.wrongValue("input_reference.image_url", "at most " + LARGEST_IMAGE_URL + " characters");
            }
        }
        return new VideoRequest(
                text(body, "model", "sora-2"),
                text(body, "prompt", ""),
                text(body, "seconds", "4"),
                text(body, "size", "720x1280"),
                fields);
    }

    private static String text(JsonNode body, String field, String otherwise) throws ApiException {
        JsonNode value = body.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isString()) {
            throw Json.wrongType(field, "a string");
        }
        return value.stringValue();
    }

    private static VideoRequest fromForm(String contentType, byte[] body) throws ApiException {
        MultipartForm form;
        try {
            form = MultipartForm.parse(contentType, body);
        } catch (MalformedFormException e) {
            throw ApiError.invalid(null, "The multipart body could not be read: " + e.getMessage() + ".")
                    .toException();
        }
        String model = "sora-2";
        String prompt = "";
        String seconds = "4";
        String size = "720x1280";
        Set<String> fields = new HashSet<>();
        Set<String> references = new HashSet<>();
        for (MultipartForm.Part part : form.parts()) {
            int bracket = part.name().indexOf('[');
            String field = bracket < 0 ? part.name() : part.name().substring(0, bracket);
            fields.add(field);
            switch (part.name()) {
                case "model" -> model = part.text();
                case "prompt" -> prompt = part.text();
                case "seconds" -> seconds = part.text();
                case "size" -> size = part.text();
                case "input_reference" -> {
                    // A file by its name alone: some callers send it without a filename.
                    references.add("file");
                    if (part.bytes().length == 0) {
                        throw Json.wrongValue("input_reference", "an image");
                    }
                }
                case "input_reference[file_id]" -> references.add("file_id");
                case "input_reference[image_url]" -> references.add("image_url");
                default -> {
                    // Kept in the raw request for whoever wants to look.
                }
            }
        }
        if (references.size() > 1) {
            throw Json.wrongValue("input_reference", "one reference, not " + references.size());
        }
        return new VideoRequest(model, prompt, seconds, size, fields);
    }

    private static void checkReference(boolean fileId, boolean imageUrl) throws ApiException {
        if (fileId == imageUrl) {
            throw Json.wrongValue("input_reference", "exactly one of 'file_id' and 'image_url'");
        }
    }

    private void check() throws ApiException {
        if (prompt.isEmpty()) {
            throw Json.missing("prompt");
        }
        if (prompt.length() > LONGEST_PROMPT) {
            throw Json.wrongValue("prompt", "at most " + LONGEST_PROMPT + " characters");
        }
        if (!SECONDS.contains(seconds)) {
            throw Json.wrongValue("seconds", "one of '4', '8', '12', '16', '20'");
        }
        if (!SIZES.contains(size)) {
            throw Json.wrongValue(
                    "size", "one of '720x1280', '1280x720', '1024x1792', '1792x1024', '1920x1080', '1080x1920'");
        }
    }
}
