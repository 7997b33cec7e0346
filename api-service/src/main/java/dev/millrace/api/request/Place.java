package dev.millrace.api.request;

import java.util.Map;

/// Where in an OpenAI body a value stands, as far as it matters whether its names are settings or data. Elements of an
/// array stand where the array does.
sealed interface Place {

    /// Whatever the names here are, they are nobody's business: message content, tool parameters, schemas, metadata.
    record Data() implements Place {}

    /// Names here are settings.
    ///
    /// @param data members that hold data, or a place below that does
    /// @param others the place of every other member
    record Settings(Map<String, Place> members, Others others) implements Place {
        Place of(String member) {
            var named = members.get(member);
            if (named != null) {
                return named;
            }
            return others == Others.DATA ? DATA : PLAIN;
        }
    }

    /// What members are that a place does not name.
    enum Others {
        SETTINGS,
        DATA
    }

    Place DATA = new Data();

    Settings PLAIN = new Settings(Map.of(), Others.SETTINGS);

    /// The body of a chat completion or of a video.
    Settings REQUEST = settings(Map.of(
            // A message's own members are looked at; what they hold is content.
            "messages", new Settings(Map.of(), Others.DATA),
            "metadata", DATA,
            "logit_bias", DATA,
            "tools", settings(Map.of("function", settings(Map.of("parameters", DATA)))),
            "functions", settings(Map.of("parameters", DATA)),
            "response_format",
                    settings(Map.of(
                            "json_schema", settings(Map.of("schema", DATA)),
                            "schema", DATA,
                            "structures", settings(Map.of("schema", DATA)))),
            "prediction", settings(Map.of("content", DATA)),
            "guided_json", DATA,
            "structured_outputs", settings(Map.of("json", DATA))));

    private static Settings settings(Map<String, Place> members) {
        return new Settings(members, Others.SETTINGS);
    }
}
