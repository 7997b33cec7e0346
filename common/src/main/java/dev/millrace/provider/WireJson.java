package dev.millrace.provider;

import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// JSON that is read to be passed on: a number keeps all its digits, which a double would not hold.
public final class WireJson {

    private WireJson() {}

    public static JsonMapper of(JsonMapper json) {
        return json.rebuild()
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build();
    }
}
