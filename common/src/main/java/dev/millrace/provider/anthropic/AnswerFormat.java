package dev.millrace.provider.anthropic;

import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// The form that an answer must have.
sealed interface AnswerFormat {

    /// A schema that the provider holds the model to.
    record Schema(ObjectNode schema) implements AnswerFormat {}

    /// Any JSON object: Messages has no mode for it, so the model is told.
    record AnyObject() implements AnswerFormat {}

    static Optional<AnswerFormat> of(Fields fields) throws UnfitException {
        var format = fields.take("response_format");
        if (format.isMissingNode()) {
            return Optional.empty();
        }
        return switch (format.path("type").asString("")) {
            case "text" -> Optional.empty();
            case "json_object" -> Optional.of(new AnyObject());
            case "json_schema" ->
                format.path("json_schema").path("schema") instanceof ObjectNode schema
                        ? Optional.of(new Schema(ClosedSchema.of(schema, "response_format.json_schema.schema")))
                        : Optional.of(new AnyObject());
            default -> {
                fields.letGo("response_format", "`response_format` is none that Messages has");
                yield Optional.empty();
            }
        };
    }

    default void into(ObjectNode body, SystemPrompt system) {
        switch (this) {
            case Schema(var schema) ->
                MessagesRequest.output(body)
                        .putObject("format")
                        .put("type", "json_schema")
                        .set("schema", schema);
            case AnyObject() -> system.add(Parts.text("Answer with one JSON object only, without any text around it."));
        }
    }
}
