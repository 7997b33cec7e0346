package dev.millrace.provider;

import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// JSON that is read to be passed on: a number keeps all its digits, which a double would not hold.
public final class WireJson {

    private WireJson() {}

    public static JsonMapper of(JsonMapper json) {
        return json.rebuild()
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build();
    }

    /// Half a surrogate pair, which a stream may be cut into, has no bytes of its own: such a text is escaped.
    public static byte[] bytes(JsonMapper json, JsonNode node) {
        try {
            return json.writeValueAsBytes(node);
        } catch (JacksonException halfPair) {
            return json.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII).writeValueAsBytes(node);
        }
    }
}
