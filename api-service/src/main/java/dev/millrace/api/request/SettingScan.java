package dev.millrace.api.request;

import dev.millrace.api.problem.Problem;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Looks through the values of an OpenAI body for settings that are refused, and skips what is data.
public final class SettingScan {

    private SettingScan() {}

    /// Reads the value of a member of the body, to its end.
    ///
    /// @param path where it stands, such as `request.tools`
    /// @throws Problem 400 for a setting that is refused by name
    public static void member(JsonParser parser, String name, String path) {
        value(parser, Place.REQUEST.of(name), path);
    }

    private static void value(JsonParser parser, Place place, String path) {
        switch (parser.currentToken()) {
            case START_OBJECT -> {
                if (place instanceof Place.Settings settings) {
                    members(parser, settings, path);
                } else {
                    parser.skipChildren();
                }
            }
            case START_ARRAY -> {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    value(parser, place, path);
                }
            }
            default -> {
                // A plain value has no names.
            }
        }
    }

    private static void members(JsonParser parser, Place.Settings place, String path) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = parser.currentName();
            refuse(name, path + ".");
            parser.nextToken();
            var member = place.of(name);
            if (parser.currentToken().isStructStart()) {
                value(parser, member, path + "." + name);
            }
        }
    }

    /// @param at what the name's path begins with: empty, or ending in a dot
    public static void refuse(String name, String at) {
        if (SettingNames.forbids(name)) {
            throw Problem.invalid(
                    at + name,
                    "parameter_not_allowed",
                    "'" + name + "' can't be set by a request: addresses, keys, headers and routes are configured.");
        }
    }
}
