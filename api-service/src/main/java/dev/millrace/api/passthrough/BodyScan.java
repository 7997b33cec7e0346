package dev.millrace.api.passthrough;

import dev.millrace.api.request.ModelScan;
import dev.millrace.api.request.SettingScan;
import dev.millrace.extent.Extent;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads the body of a call as a stream: its model, what its endpoint has to look at, and all else only for settings
/// that nobody may send.
public abstract class BodyScan {

    private final ModelScan model = new ModelScan();

    final void read(JsonParser parser) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = parser.currentName();
            SettingScan.refuse(name, "");
            parser.nextToken();
            if (name.equals("model")) {
                model.read(parser);
            } else if (!looksAt(name, parser)) {
                SettingScan.member(parser, name, name);
            }
        }
    }

    /// The model's name, once the body is found to be in order.
    final String judge() {
        var name = model.require();
        requireTheRest();
        return name;
    }

    /// Reads a member's value, where this endpoint has to.
    ///
    /// @return whether it does
    /// @throws dev.millrace.api.problem.Problem 400 if the value is not as it must be
    protected abstract boolean looksAt(String member, JsonParser parser);

    /// How much the call may come to.
    ///
    /// @param body the request that was read
    protected abstract Extent extent(byte[] body);

    /// @throws dev.millrace.api.problem.Problem 400 if a member was not there that must be
    protected abstract void requireTheRest();
}
